/** Thresholds and shares of a sweep. */
import { roundProbability } from "./logit";

/** As a person could type it; the plan is laid out from the tidy number, so a link reproduces it. */
export function tidyKnob(knob: number, criterion: string): number {
  return criterion === "probability" ? roundProbability(knob, 4) : Math.round(knob * 1e4) / 1e4;
}

/** 0 … n−1, the ends first and then ever finer middles, so that an unfinished curve has its shape. */
export function coarseToFine(n: number): number[] {
  if (n <= 0) return [];
  const order = n > 1 ? [0, n - 1] : [0];
  let gaps: [number, number][] = [[0, n - 1]];
  while (gaps.length > 0) {
    const finer: [number, number][] = [];
    for (const [low, high] of gaps) {
      const middle = (low + high) >> 1;
      if (middle === low || middle === high) continue;
      order.push(middle);
      finer.push([low, middle], [middle, high]);
    }
    gaps = finer;
  }
  return order;
}
