/** Repair with images of the data set that the evaluation does not use: else it would judge itself. */
import { computed } from "@preact/signals";
import { repairWith } from "../proof";
import { images, labelled } from "./data";
import { pool } from "./pool";

const ENOUGH = 64;

/** How many images are left for a repair. */
export const spare = computed(() => Math.min(ENOUGH, (labelled.value?.info.images ?? 0) - images.value));

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

export function repairWithSpare(most = ENOUGH): Promise<void> {
  const data = labelled.value;
  const from = images.value;
  const to = from + Math.min(most, spare.value);
  if (!data || to <= from) return Promise.resolve();
  return repairWith(async () => shuffled(await pool.pictures(data.files, from, to)));
}
