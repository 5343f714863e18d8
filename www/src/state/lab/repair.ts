/** Repair with images that the evaluation does not use: else it would judge itself. */
import { computed } from "@preact/signals";
import { repairWith } from "../proof";
import { ENOUGH, images, labelled, repairData } from "./data";
import { pool } from "./pool";

/** Chosen for it, and not those that judge. */
export const apart = computed(() => {
  const chosen = repairData.value;
  return chosen && chosen.digest !== labelled.value?.digest ? chosen : null;
});

/** How many images are left for a repair. */
export const spare = computed(() =>
  Math.min(ENOUGH, apart.value?.info.images ?? (labelled.value?.info.images ?? 0) - images.value),
);

/** Whether a person chose them for this: then they are worth a measured cut. */
export const chosenForRepair = computed(() => {
  const of = labelled.value;
  return spare.value > 0 && (repairData.value !== null || (of !== null && !of.builtIn && !of.sample));
});

/**
 * The data set takes one image of every class in turn, and a repair holds every so-manieth back to judge
 * itself by: in that order it could hold back whole classes. The same shuffle every time.
 */
function shuffled<T>(all: readonly T[]): T[] {
  const out = [...all];
  let state = 1;
  for (let i = out.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = Math.floor((state / 2 ** 32) * (i + 1));
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}

/** The images themselves, at most so many. */
export async function spareImages(most = ENOUGH): Promise<Blob[]> {
  const from = apart.value ? 0 : images.value;
  const to = from + Math.min(most, spare.value);
  const files = (apart.value ?? labelled.value)?.files;
  return files && to > from ? shuffled(await pool.pictures(files, from, to)) : [];
}

export function repairWithSpare(most = ENOUGH): Promise<void> {
  if (spare.value <= 0) return Promise.resolve();
  return repairWith(() => spareImages(most));
}
