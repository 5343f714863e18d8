import { expect, test } from "vitest";
import { channelStates, deadShare, follow, POSITIONS, QUANTILES, scalesAt, USE } from "./story";

test("a hundred quantiles have the moments of a standard normal", () => {
  const mean = QUANTILES.reduce((a, b) => a + b, 0) / POSITIONS;
  const variance = QUANTILES.reduce((sum, it) => sum + it * it, 0) / POSITIONS;
  expect(mean).toBeCloseTo(0, 6);
  expect(variance).toBeGreaterThan(0.96);
  expect(deadShare(0)).toBeCloseTo(0.5, 6);
  expect(deadShare(-2.3263)).toBeCloseTo(0.99, 4);
});

test("two bells make the four cases", () => {
  expect(follow(1, 1).case).toBe("keep");
  expect(follow(1, -4).case).toBe("output_dead");
  expect(follow(-3, 1).case).toBe("input_dead");
  expect(follow(-3, -1).case).toBe("both_dead");
});

test("a dead input leaves one number: its own normalisation's β", () => {
  const { values, width, constant } = follow(-3.5, 1.2);
  expect(width).toBe(0);
  expect(new Set(values.map((it) => it[3])).size).toBe(1);
  expect(constant).toBeCloseTo(1.2, 9);
});

test("nothing but a price makes channels die, the least useful first", () => {
  expect(scalesAt(0).every((it) => it > 0)).toBe(true);
  expect(scalesAt(0.1).filter((it) => it === 0).length).toBe(3);
  const scales = scalesAt(0.25);
  expect([...scales].sort((a, b) => a - b)).toEqual(scales);
  expect(scalesAt(2).every((it) => it === 0)).toBe(true);
  expect(USE.length).toBe(12);
});

test("channels that are added go together, groups keep equally many", () => {
  const count = (of: string[], what: string) => of.filter((it) => it === what).length;
  expect(count(channelStates(new Set([6]), "sum"), "removed")).toBe(0);
  const both = channelStates(new Set([6, 14, 3]), "sum");
  expect([both[6], both[14], both[3]]).toEqual(["removed", "removed", "withheld"]);
  const groups = channelStates(new Set([0, 1, 2, 3, 4, 8, 9]), "groups");
  expect(count(groups, "removed")).toBe(4);
  expect(count(groups, "withheld")).toBe(3);
});
