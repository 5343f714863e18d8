import { expect, test } from "vitest";
import type { Evaluation } from "../wasm/core";
import { bandPath, frame, linePath, nearest, place } from "./curves";

const costs = { macs: { before: 1000, after: 600 }, params: { before: 100, after: 75 } };
const result = {
  images: 100,
  accuracy: 0.9,
  against: { accuracy: 0.8, accuracy_interval: [0.7, 0.87], agreement: 0.85, agreement_interval: [0.76, 0.91] },
} as unknown as Evaluation;

test("a judged plan lies at what it removes and what it keeps", () => {
  expect(place(costs, result, "macs", "accuracy")).toEqual({ x: 0.4, y: 0.8, low: 0.7, high: 0.87 });
  expect(place(costs, result, "params", "agreement")).toEqual({ x: 0.25, y: 0.85, low: 0.76, high: 0.91 });
  expect(place(costs, null, "macs", "accuracy")).toBeNull();
  const unlabelled = {
    against: { ...result.against, accuracy: null, accuracy_interval: null },
  } as unknown as Evaluation;
  expect(place(costs, unlabelled, "macs", "accuracy")).toBeNull();
});

test("everything fits, lines run from left to right, the nearest point is found", () => {
  const points = [
    { x: 0.6, y: 0.3, low: 0.2, high: 0.4 },
    { x: 0.1, y: 0.88, low: 0.8, high: 0.93 },
  ];
  const view = frame({ width: 500, height: 260 }, points, { x: 0.2, y: 0.9 });
  for (const it of points) {
    expect(view.x(it.x)).toBeLessThan(500);
    expect(view.y(it.low)).toBeLessThan(260 - 30);
    expect(view.y(it.high)).toBeGreaterThan(10);
  }
  const numbers = linePath(points, view)
    .match(/[\d.]+/g)!
    .map(Number);
  expect(numbers[0]).toBeLessThan(numbers[2]!);
  expect(bandPath(points, view)).toMatch(/Z$/);
  expect(nearest(points, view, [view.x(0.6) + 4, view.y(0.3)])).toBe(0);
  expect(nearest([null, points[1]!], view, [view.x(0.6), view.y(0.3)])).toBe(-1);
});
