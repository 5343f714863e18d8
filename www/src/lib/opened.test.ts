import { expect, test } from "vitest";
import { evicted } from "./opened";

const entries = [
  { name: "new", size: 40, at: 3 },
  { name: "old", size: 30, at: 1 },
  { name: "middle", size: 20, at: 2 },
];

test("the file opened longest ago makes room, and no more than must", () => {
  expect(evicted(entries, 10, 100)).toEqual([]);
  expect(evicted(entries, 11, 100)).toEqual(["old"]);
  expect(evicted(entries, 50, 100)).toEqual(["old", "middle"]);
  expect(evicted(entries, 100, 100)).toEqual(["old", "middle", "new"]);
});
