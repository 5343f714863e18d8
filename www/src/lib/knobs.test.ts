import { expect, test } from "vitest";
import { between, nextCandidate, tidyKnob } from "./knobs";

test("knobs are tidy on their own scale", () => {
  expect(tidyKnob(0.998765432, "probability")).toBe(0.998765);
  expect(tidyKnob(0.123456, "sigma")).toBe(0.1235);
  expect(between(0.2, 0.4, "sigma")).toBe(0.3);
  expect(between(0.9, 0.999, "probability")).toBeCloseTo(0.99, 2);
});

/** Judges by `curve` until `points` are there; the indices in the order they were chosen. */
function walk(x: number[], curve: (x: number) => number, points: number): number[] {
  const y: (number | null)[] = x.map(() => null);
  const order: number[] = [];
  while (order.length < points) {
    const at = nextCandidate(x, y);
    if (at === null) break;
    expect(y[at]).toBeNull();
    y[at] = curve(x[at]!);
    order.push(at);
  }
  return order;
}

const even = Array.from({ length: 49 }, (_, i) => i / 48);

test("every candidate comes once, and then it is over", () => {
  const all = walk(even, () => 1, 100);
  expect([...all].sort((a, b) => a - b)).toEqual(even.map((_, i) => i));
  expect(all[0]).toBe(0);
  expect(nextCandidate([], [])).toBeNull();
});

test("points gather before and at the cliff, and next to none behind it", () => {
  const cliff = (x: number) => (x < 0.25 ? 1 - 0.2 * x : 0.1);
  const chosen = walk(even, cliff, 13).map((i) => even[i]!);
  expect(chosen.filter((x) => x < 0.32).length).toBeGreaterThanOrEqual(11);
  expect(Math.max(...chosen)).toBeLessThan(0.5);
});

test("nobody walks on from ruin, also when nothing else is left", () => {
  const chosen = walk(even, (x) => (x < 0.05 ? 1 : 0.1), 40).map((i) => even[i]!);
  expect(chosen.length).toBeLessThan(30);
  expect(Math.max(...chosen)).toBeLessThan(0.5);
});

test("a network that bears everything is swept to the end", () => {
  const chosen = walk(even, () => 0.98, 13).map((i) => even[i]!);
  expect(Math.max(...chosen)).toBeGreaterThan(0.85);
});
