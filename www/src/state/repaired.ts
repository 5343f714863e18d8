/** What a repair says of itself: judged on images that it was not fitted to. */
import type { Plan } from "../wasm/core";

/** How near a network is to the original. */
export interface Closeness {
  agreement: number | null;
  mean_kl: number | null;
  error: number;
}

interface RepairedLayer {
  node: string;
  before: number;
  after: number;
  declined: string | null;
}

interface RepairStep {
  step: string;
  declined: string | null;
  layers: RepairedLayer[];
}

export interface RepairReport {
  images: number;
  held: number;
  warning: string | null;
  declined: string | null;
  before: Closeness;
  after: Closeness;
  steps: RepairStep[];
}

/** Null where the core does not judge its repairs. */
export function repairOf(plan: Plan): RepairReport | null {
  return (plan as { repair?: RepairReport | null }).repair ?? null;
}
