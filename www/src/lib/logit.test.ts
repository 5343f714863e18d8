import { expect, test } from "vitest";
import { expit, HIGHEST, LOWEST, logit, roundProbability, sliderPosition, thresholdAt } from "./logit";

test("logit and expit undo each other", () => {
  for (const p of [0.05, 0.5, 0.9, 0.99, 0.9999]) expect(expit(logit(p))).toBeCloseTo(p, 12);
});

test("a threshold survives the way to the slider and back", () => {
  for (const p of [0.05, 0.31, 0.5, 0.85, 0.9, 0.99, 0.995, 0.9999, 0.99999])
    expect(thresholdAt(sliderPosition(p))).toBe(p);
});

test("thresholds beyond the slider sit at its ends", () => {
  expect(sliderPosition(0)).toBe(logit(LOWEST));
  expect(sliderPosition(1)).toBe(logit(HIGHEST));
});

test("rounding keeps two digits of the distance to the nearer end", () => {
  expect(roundProbability(0.99634)).toBe(0.9963);
  expect(roundProbability(0.5049)).toBe(0.5);
  expect(roundProbability(-1)).toBe(0);
  expect(roundProbability(2)).toBe(1);
  expect(roundProbability(Number.NaN)).toBe(0);
});
