import { expect, test } from "vitest";
import { addRecords, emptyTally } from "./tally";

test("records add up, with and without labels", () => {
  const records = Float64Array.from(
    [
      [0, 3, 0, 0, 3, 3, 0.1],
      [1, 4, 0, 2, 4, 1, 0.9],
      [2, -1, -1, -1, 5, 5, 0],
    ].flat(),
  );
  const first = addRecords(emptyTally(), records.subarray(0, 7));
  expect(first).toEqual({ images: 1, labelled: 1, right: [1, 1], agreeing: 1 });
  expect(addRecords(first, records.subarray(7))).toEqual({ images: 3, labelled: 2, right: [2, 1], agreeing: 2 });
  expect(first.images).toBe(1);
});
