/** The accuracy that can be said of the plan on the page, with all that it depends on. */
import { computed } from "@preact/signals";
import type { Judged } from "../../lib/judged";
import { labelled } from "./data";
import { lastEvaluated, planResult, repairedResult } from "./evaluation";

/** The repaired network before the cut one, since that is the file to take home. */
export const judgedPlan = computed<Judged | null>(() => {
  const data = labelled.value?.name;
  if (!data) return null;
  if (repairedResult.value) return { result: repairedResult.value, data, repaired: true, current: true };
  if (planResult.value) return { result: planResult.value, data, repaired: false, current: true };
  return lastEvaluated.value ? { result: lastEvaluated.value, data, repaired: false, current: false } : null;
});
