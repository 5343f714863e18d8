/**
 * The threshold's scale. Probabilities of dead channels crowd against 1 over many decades, so the
 * slider is linear in log-odds; the number it stands for is rounded where a person would round it.
 */

/** Ends of the slider, as probabilities. The number box reaches further. */
export const LOWEST = 0.05;
export const HIGHEST = 0.99999;

export function logit(p: number): number {
  return Math.log(p / (1 - p));
}

export function expit(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Keeps `significant` digits of the distance to the nearer end: 0.99634 → 0.9963, 0.314 → 0.31. */
export function roundProbability(p: number, significant = 2): number {
  if (!(p > 0)) return 0;
  if (p >= 1) return 1;
  const distance = Math.min(p, 1 - p);
  const digits = Math.min(12, Math.max(significant, significant - 1 - Math.floor(Math.log10(distance))));
  return Number(p.toFixed(digits));
}

/** Where on the slider a threshold sits; thresholds beyond its ends sit at its ends. */
export function sliderPosition(threshold: number): number {
  return logit(Math.min(HIGHEST, Math.max(LOWEST, threshold)));
}

export function thresholdAt(position: number): number {
  return roundProbability(expit(position));
}
