/** Repair with images of the data set that the evaluation does not use: else it would judge itself. */
import { computed } from "@preact/signals";
import { repairWith } from "../proof";
import { images, labelled } from "./data";
import { pool } from "./pool";

const ENOUGH = 64;

/** How many images are left for a repair. */
export const spare = computed(() => Math.min(ENOUGH, (labelled.value?.info.images ?? 0) - images.value));

export function repairWithSpare(): Promise<void> {
  const data = labelled.value;
  const from = images.value;
  const to = from + spare.value;
  if (!data || spare.value <= 0) return Promise.resolve();
  return repairWith(() => pool.pictures(data.files, from, to));
}
