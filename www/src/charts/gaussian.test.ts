import { expect, test } from "vitest";
import { area, density, frameFor, isPoint, outline, ticks, toX } from "./gaussian";

test("the density integrates to one", () => {
  let sum = 0;
  for (let x = -8; x <= 12; x += 0.01) sum += 0.01 * density(x, 2, 1.5);
  expect(sum).toBeCloseTo(1, 3);
});

test("the frame holds the bell and the pinned end", () => {
  const frame = frameFor(5, 0.1, 0, null, 100, 50);
  expect(frame.low).toBeLessThan(0);
  expect(frame.high).toBeGreaterThan(5.3);
  expect(toX(frame, frame.low)).toBe(0);
  expect(toX(frame, frame.high)).toBe(100);
});

test("a point mass still has a frame and no area", () => {
  const frame = frameFor(0, 0, 0, null, 100, 50);
  expect(frame.high).toBeGreaterThan(frame.low);
  expect(area(frame, 0, 0)).toBe("");
  expect(isPoint(frame, 0)).toBe(true);
  expect(isPoint(frameFor(0.1, 1e-20, 0, null, 100, 50), 1e-20)).toBe(true);
  expect(isPoint(frameFor(0, 1, 0, null, 100, 50), 1)).toBe(false);
});

test("areas are closed, outlines are open, empty ranges are empty", () => {
  const frame = frameFor(0, 1, 0, null, 100, 50);
  expect(area(frame, 0, 1)).toMatch(/^M.*Z$/);
  expect(outline(frame, 0, 1)).not.toContain("Z");
  expect(area(frame, 0, 1, 3, 2)).toBe("");
});

test("ticks are round and inside", () => {
  expect(ticks(-1.2, 1.3)).toEqual([-1, -0.5, 0, 0.5, 1]);
  expect(ticks(1, 1)).toEqual([]);
});
