import { expect, test } from "vitest";
import { clamped, lineOf, slotOf, zoomed } from "./hero-layout";

test.each([1, 2, 3, 4, 7, 64, 1023])("%i channels fill their column, the surest in the middle", (n) => {
  const lines = Array.from({ length: n }, (_, slot) => lineOf(slot, n));
  expect([...lines].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
  expect(lines.map((line) => slotOf(line, n))).toEqual(Array.from({ length: n }, (_, i) => i));
  expect(lines[0]).toBe(n >> 1);
});

test("the camera keeps the point under the pointer and never leaves the picture", () => {
  const near = zoomed({ k: 1, x: 0, y: 0 }, 4, 300, 100);
  expect([near.x + 300 * near.k, near.y + 100 * near.k]).toEqual([300, 100]);
  expect(clamped({ k: 0.2, x: 50, y: -999 }, 800, 400, 40)).toEqual({ k: 1, x: 0, y: 0 });
  expect(clamped({ k: 2, x: -5000, y: 9 }, 800, 400, 40)).toEqual({ k: 2, x: -800, y: 0 });
});
