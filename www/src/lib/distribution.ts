/** Distances between answers, and between a measured histogram and its Gaussian. Pure. */
import type { Histogram, Prediction } from "../wasm/core";

/** Class probabilities of an answer; networks that end in a softmax give them as they are. */
export function probabilitiesOf(answer: Pick<Prediction, "scores" | "top">): number[] {
  const { scores, top } = answer;
  const best = top[0];
  if (best && Math.abs((scores[best.index] ?? Number.NaN) - best.probability) < 1e-6) return [...scores];
  return softmax(scores);
}

export function softmax(scores: readonly number[]): number[] {
  const most = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const exps = scores.map((score) => Math.exp(score - most));
  const sum = exps.reduce((a, b) => a + b, 0);
  return exps.map((it) => it / sum);
}

/** KL(p ‖ q) in nats. A probability that rounded to 0 counts as the smallest one a float can hold. */
export function divergence(p: readonly number[], q: readonly number[]): number {
  let sum = 0;
  p.forEach((share, i) => {
    if (share > 0) sum += share * Math.log(share / Math.max(q[i] ?? 0, 1.2e-38));
  });
  return Math.max(0, sum);
}

/** How much probability moved from some classes to others: 0 to 1. */
export function moved(p: readonly number[], q: readonly number[]): number {
  return p.reduce((sum, share, i) => sum + Math.abs(share - (q[i] ?? 0)), 0) / 2;
}

/** Φ, to about 1e-7 (Abramowitz and Stegun 7.1.26 on the complement). */
export function normalBelow(x: number, mean: number, std: number): number {
  if (!(std > 0)) return x >= mean ? 1 : 0;
  const z = Math.abs(x - mean) / (std * Math.SQRT2);
  const t = 1 / (1 + 0.3275911 * z);
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const half = 0.5 * poly * Math.exp(-z * z);
  return x < mean ? half : 1 - half;
}

/** Largest gap between the cumulative histogram and the Gaussian's Φ, at the bins' inner edges (Kolmogorov-Smirnov). */
export function gapToNormal(histogram: Pick<Histogram, "low" | "high" | "counts">, mean: number, std: number): number {
  const { low, high, counts } = histogram;
  const total = counts.reduce((a, b) => a + b, 0);
  if (total === 0) return Number.NaN;
  let below = 0;
  let worst = 0;
  // What fell outside was counted in the outermost bins, so only inner edges compare like with like.
  for (let i = 0; i + 1 < counts.length; i++) {
    below += counts[i]!;
    const edge = low + ((i + 1) * (high - low)) / counts.length;
    worst = Math.max(worst, Math.abs(below / total - normalBelow(edge, mean, std)));
  }
  return worst;
}

export function quantile(values: readonly number[], at: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) return Number.NaN;
  const place = at * (sorted.length - 1);
  const [lower, upper] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return lower + (place - Math.floor(place)) * (upper - lower);
}
