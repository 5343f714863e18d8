/** Two networks' answers to one image, class by class. */
import type { Prediction } from "../wasm/core";

export interface Chance {
  index: number;
  label: string;
  /** In 0 to 1; null where a network does not say. */
  before: number | null;
  after: number | null;
}

/** Both networks' best answers, the likeliest of either first. */
export function chances(before: Prediction, after: Prediction): Chance[] {
  const labels = new Map([...before.top, ...after.top].map((it) => [it.index, it.label]));
  return [...labels]
    .map(([index, label]) => ({ index, label, before: chanceOf(before, index), after: chanceOf(after, index) }))
    .sort((a, b) => Math.max(b.before ?? 0, b.after ?? 0) - Math.max(a.before ?? 0, a.after ?? 0));
}

/** Of a class outside of the best ones, by how its score stands to the best one's. */
function chanceOf({ top, scores }: Prediction, index: number): number | null {
  const known = top.find((it) => it.index === index);
  if (known) return known.probability;
  const [best, score] = [top[0], scores[index]];
  const most = best && scores[best.index];
  if (!best || score === undefined || most === undefined) return null;
  // The output is probabilities already, or what a softmax makes some of.
  return Math.abs(most - best.probability) < 1e-5 ? score : best.probability * Math.exp(score - most);
}
