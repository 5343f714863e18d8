/**
 * The search for the largest pruning that holds, whatever has to hold: knobs are scanned from the most pruning
 * to the least, then the last gap is narrowed. What holds does not follow the knob evenly, so no halving alone.
 */
import type { Remote } from "comlink";
import { tidyKnob } from "../lib/knobs";
import type { Api, GuardStep } from "../worker/api";
import type { WholePlan } from "./store";

export interface Guarded {
  /** The plan without its knob. */
  base: WholePlan;
  /** From the least pruning to the most. */
  knobs: Float64Array;
  /** Halvings of the last gap. */
  steps: number;
  /** The worker that keeps the search. */
  call<T>(work: (core: Remote<Api>) => Promise<T>): Promise<T>;
  holds(plan: WholePlan, step: GuardStep): Promise<boolean>;
}

/** The plan at a knob as a person could type it. */
export function planAt(knob: number, base: WholePlan): WholePlan {
  const tidy = tidyKnob(knob, base.criterion);
  return base.criterion === "probability" ? { ...base, threshold: tidy } : { ...base, share: tidy };
}

export function knobOf(plan: WholePlan): number {
  return plan.criterion === "probability" ? plan.threshold : plan.share;
}

/** Largest knob that held, null when none did. */
export async function searchLargest({ base, knobs, steps, call, holds }: Guarded): Promise<number | null> {
  let step = await call((core) => core.guardStart(knobs, steps, base.criterion === "probability"));
  while (step.next !== null) {
    const asked = step.next;
    const held = await holds(planAt(asked, base), step);
    step = await call((core) => core.guardTell(asked, held));
  }
  return step.best === null ? null : tidyKnob(step.best, base.criterion);
}
