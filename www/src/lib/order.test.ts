import { expect, test } from "vitest";
import { cutPosition, negated, sortRows } from "./order";

const rows = [
  { offset: 0, channels: 4 },
  { offset: 4, channels: 3 },
];
const keys = Float32Array.from([0.75, 0.125, 0.875, 0.5, Number.NaN, 1, 0.25]);

test("rows are sorted apart, what can never go comes first", () => {
  const order = sortRows(rows, keys);
  expect([...order.channels]).toEqual([1, 3, 0, 2, 4, 6, 5]);
});

test("ties keep the channel order", () => {
  expect([...sortRows([{ offset: 0, channels: 3 }], Float32Array.from([1, 1, 1])).channels]).toEqual([0, 1, 2]);
});

test("the cut is where keys reach the threshold", () => {
  const order = sortRows(rows, keys);
  expect(cutPosition(order, rows[0]!, 0.75)).toBe(2);
  expect(cutPosition(order, rows[0]!, 2)).toBe(4);
  expect(cutPosition(order, rows[1]!, 0)).toBe(1);
});

test("scores are turned round", () => {
  expect([...negated(Float32Array.from([1, -2]))]).toEqual([-1, 2]);
});
