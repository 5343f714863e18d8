import { expect, test } from "vitest";
import { coarseToFine, tidyKnob } from "./knobs";

test("every point once, the ends and the middle first", () => {
  for (const n of [0, 1, 2, 3, 7, 13, 25]) {
    const order = coarseToFine(n);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
  }
  expect(coarseToFine(13).slice(0, 3)).toEqual([0, 12, 6]);
});

test("knobs are tidy on their own scale", () => {
  expect(tidyKnob(0.998765432, "probability")).toBe(0.998765);
  expect(tidyKnob(0.123456, "sigma")).toBe(0.1235);
});
