/** What a repair says of itself: judged on images that it was not fitted to. */
import type { Plan, RepairReport } from "../wasm/core";

export type { Closeness, RepairReport } from "../wasm/core";

/** Null for plans that were not repaired. */
export function repairOf(plan: Plan): RepairReport | null {
  return plan.repair ?? null;
}
