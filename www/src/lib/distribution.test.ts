import { expect, test } from "vitest";
import { divergence, gapToNormal, moved, normalBelow, probabilitiesOf, quantile, softmax } from "./distribution";

test("softmax survives large scores, and probabilities are not squashed twice", () => {
  expect(softmax([1000, 1000])).toEqual([0.5, 0.5]);
  const top = [{ index: 1, label: "", probability: 0.75 }];
  expect(probabilitiesOf({ scores: [0.25, 0.75], top })).toEqual([0.25, 0.75]);
  expect(probabilitiesOf({ scores: [0, Math.log(3)], top })[1]).toBeCloseTo(0.75, 12);
});

test("distances between answers", () => {
  expect(divergence([0.5, 0.5], [0.5, 0.5])).toBe(0);
  expect(divergence([0.5, 0.5], [0.25, 0.75])).toBeCloseTo(0.5 * Math.log(2) + 0.5 * Math.log(2 / 3), 12);
  expect(divergence([1, 0], [0, 1])).toBeGreaterThan(80);
  expect(moved([1, 0, 0], [0.4, 0.6, 0])).toBeCloseTo(0.6, 12);
});

test("Φ at known places", () => {
  for (const [x, p] of [
    [0, 0.5],
    [1, 0.841344746],
    [-1.959963985, 0.025],
    [3, 0.998650102],
  ] as const) {
    expect(normalBelow(2 + 3 * x, 2, 3)).toBeCloseTo(p, 6);
  }
  expect(normalBelow(1, 2, 0)).toBe(0);
  expect(normalBelow(2, 2, 0)).toBe(1);
});

test("a histogram of the Gaussian itself has no gap to it; a uniform one and a shifted one do", () => {
  const edges = Array.from({ length: 49 }, (_, i) => -4 + i / 6);
  const bell = edges.slice(1).map((edge, i) => 1e6 * (normalBelow(edge, 0, 1) - normalBelow(edges[i]!, 0, 1)));
  const of = (counts: number[]) => ({ low: -4, high: 4, counts });
  expect(gapToNormal(of(bell), 0, 1)).toBeLessThan(1e-4);
  expect(gapToNormal(of(bell), 1, 1)).toBeCloseTo(normalBelow(0.5, 0, 1) - normalBelow(-0.5, 0, 1), 2);
  expect(gapToNormal(of(bell.map(() => 1)), 0, 1)).toBeGreaterThan(0.15);
  expect(gapToNormal(of(bell.map(() => 0)), 0, 1)).toBeNaN();
});

test("quantiles between values", () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile([10, 20], 0.25)).toBe(12.5);
  expect(quantile([], 0.5)).toBeNaN();
});
