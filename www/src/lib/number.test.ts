import { expect, test } from "vitest";
import { readNumber } from "./number";

test.each([
  ["0.99", 0.99],
  [" .5 ", 0.5],
  ["5.", 5],
  ["0,5", 0.5],
  ["0,125", 0.125],
  ["1e-3", 0.001],
  ["−2", -2],
])("%s is %d", (text, value) => expect(readNumber(text)).toBe(value));

test.each(["", "0.5,3", "1,000", "1.000,5", "0.5.3", "5 %", "12a", "0x10", "Infinity", "1e999", "-", "."])(
  "%s is no number",
  (text) => expect(readNumber(text)).toBeNull(),
);
