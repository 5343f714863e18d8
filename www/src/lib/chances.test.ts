import { expect, test } from "vitest";
import type { Prediction, Top } from "../wasm/core";
import { chances } from "./chances";

const top = (...of: [number, number][]) =>
  of.map(([index, probability]) => ({ index, probability, label: `c${index}` }));
const says = (best: Top[], scores: number[]): Prediction => ({ top: best, scores, outputs: [], milliseconds: 1 });

test("a class that one network names has its probability from the other's scores", () => {
  const sum = Math.E ** 2 + Math.E + 1;
  const before = says(top([0, Math.E ** 2 / sum]) as Top[], [2, 1, 0]);
  const after = says(top([1, 0.7]) as Top[], [0.2, 0.7, 0.1]);
  const found = chances(before, after);
  expect(found.map((it) => it.index)).toEqual([1, 0]);
  expect(found[0]!.before).toBeCloseTo(Math.E / sum, 9);
  expect(found[1]!.after).toBe(0.2);
});

test("where the scores are cut off nothing is made up", () => {
  expect(chances(says(top([0, 0.9]) as Top[], [0.9]), says(top([5, 0.8]) as Top[], []))[1]!.before).toBeNull();
});
