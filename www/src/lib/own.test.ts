import { expect, test } from "vitest";
import { readOwn, withOwn, writeOwn } from "./own";

test("limits survive the round trip, ordered by row", () => {
  const text = "3t0.9f16*7m8*12s0.25";
  expect(writeOwn(readOwn(text))).toBe(text);
  expect(writeOwn(readOwn("12s0.25*3f16t0.9*7m8"))).toBe(text);
  expect(readOwn(text).get(3)).toEqual({ threshold: 0.9, floor: 16 });
  // Small numbers are written with an exponent.
  expect(writeOwn(readOwn(withOwn("", 1, "threshold", 1e-9)))).toBe("1t1e-9");
});

test("one thing is set and taken back", () => {
  const set = withOwn("7m8", 3, "threshold", 0.5);
  expect(set).toBe("3t0.5*7m8");
  expect(withOwn(set, 3, "floor", 4)).toBe("3t0.5f4*7m8");
  expect(withOwn(withOwn(set, 3, "threshold", null), 7, "multiple", null)).toBe("");
});

test("values are clamped, nonsense and rows that are not there are left out", () => {
  expect(writeOwn(readOwn("1t7f0m1000s1"))).toBe("1t1s0.99f1m256");
  for (const text of ["", "*", "t0.5", "x1t0.5", "1", "1q5", "-1t0.5", "1t", "<b>"]) expect(readOwn(text).size).toBe(0);
  expect(writeOwn(readOwn("2t0.5*9t0.5", 9))).toBe("2t0.5");
});
