import { expect, test } from "vitest";
import { differs } from "./paired";

const series = (n: number, value: (i: number) => number) => Array.from({ length: n }, (_, i) => value(i));

test("six pairs with one sign differ, five do not", () => {
  expect(
    differs(
      series(6, () => 2),
      series(6, () => 1),
    ),
  ).toBe(true);
  expect(
    differs(
      series(5, () => 2),
      series(5, () => 1),
    ),
  ).toBe(false);
});

test("noise without a direction is no difference, however large it is", () => {
  expect(
    differs(
      series(31, (i) => 10 + (i % 2) * 5),
      series(31, () => 12),
    ),
  ).toBe(false);
  expect(
    differs(
      series(31, () => 3),
      series(31, () => 3),
    ),
  ).toBe(false);
  expect(differs([], [])).toBe(false);
});

test("a few slow runs do not hide a steady difference", () => {
  // 25 of 31 pairs: 2 · P(X ≤ 6) = 0.0009.
  expect(
    differs(
      series(31, (i) => (i % 6 === 0 ? 1 : 5)),
      series(31, () => 4),
    ),
  ).toBe(true);
});

test("false alarms stay rare", () => {
  let seed = 7;
  const random = () => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed / 2147483648;
  };
  let alarms = 0;
  for (let i = 0; i < 2000; i++) if (differs(series(31, random), series(31, random))) alarms++;
  expect(alarms / 2000).toBeLessThan(0.05);
});
