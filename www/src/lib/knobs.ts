/** Thresholds and shares of a sweep, and which of them are worth a judgement. */
import { expit, logit, roundProbability } from "./logit";

/** As a person could type it; the plan is laid out from the tidy number, so a link reproduces it. */
export function tidyKnob(knob: number, criterion: string): number {
  return criterion === "probability" ? roundProbability(knob, 4) : Math.round(knob * 1e4) / 1e4;
}

/** What is ruined stays ruined: such stretches get next to no points, and are not walked on from at all. */
const RUINED = { weight: 0.02, below: 0.25 };

/** Halfway between two knobs, on the scale on which their effects differ. */
export function between(a: number, b: number, criterion: string): number {
  return tidyKnob(criterion === "probability" ? expit((logit(a) + logit(b)) / 2) : (a + b) / 2, criterion);
}

/**
 * The next of ascending candidates to judge. `x`: what each removes; `y`: how well the judged ones do
 * (0…1), null for the others. Points gather where the network still works and where it breaks, and
 * the far end is only walked to as long as the way there is good. Null when nothing is left.
 */
export function nextCandidate(x: readonly number[], y: readonly (number | null)[]): number | null {
  if (x.length === 0) return null;
  if (y[0] === null) return 0;
  const judged = x.flatMap((_, i) => (y[i] === null ? [] : [i]));
  let best: { at: number; score: number } | null = null;
  judged.forEach((low, k) => {
    const open = k + 1 === judged.length;
    const high = open ? x.length : judged[k + 1]!;
    if (high - low < 2 || (open && y[low]! < RUINED.below)) return;
    const score = (x[open ? high - 1 : high]! - x[low]!) * (RUINED.weight + y[low]! ** 2);
    // Beyond the last one nothing is known: a smaller step is wiser.
    const at = open ? low + Math.max(1, Math.round((high - low) / 3)) : (low + high) >> 1;
    if (!best || score > best.score) best = { at: Math.min(at, x.length - 1), score };
  });
  return (best as { at: number } | null)?.at ?? null;
}
