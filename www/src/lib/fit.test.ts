import { expect, test } from "vitest";
import { spread, summarise } from "./fit";

const at = (p: number, measured: number, channel = 0) => ({ site: 0, channel, p, measured });

test("near is counted in points of P, dead by the threshold", () => {
  const found = summarise([at(0.5, 0.53, 1), at(0.5, 0.41, 2), at(0.99, 0.2, 3), at(0.995, 0.96, 4)], 0.99);
  expect(found.tested).toBe(4);
  expect(found.nearer).toBe(0.5);
  expect(found.near).toBe(0.75);
  expect([found.dead, found.deadHeld]).toEqual([2, 1]);
  expect(found.worst.map((it) => it.channel)).toEqual([3, 2, 4]);
});

test("nothing tested says nothing", () => {
  const found = summarise([], 0.9);
  expect(found.tested).toBe(0);
  expect(found.near).toBeNaN();
  expect(found.worst).toEqual([]);
});

test("a sample is even, without repeats, and never more than there is", () => {
  expect(spread(3, 10)).toEqual([0, 1, 2]);
  const some = spread(5472, 480);
  expect(new Set(some).size).toBe(480);
  expect(some[0]).toBe(0);
  expect(some.at(-1)).toBeGreaterThan(5472 - 13);
});
