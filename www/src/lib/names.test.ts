import { expect, test } from "vitest";
import { clip, shortNames } from "./names";

test("repeated and shared segments go", () => {
  expect(
    shortNames([
      "/features/features.0/features.0.1/BatchNormalization",
      "/features/features.1/conv/conv.0/conv.0.1/BatchNormalization",
    ]),
  ).toEqual(["features.0.1", "features.1/conv.0.1"]);
  expect(shortNames(["/net/a/BatchNormalization", "/net/b/BatchNormalization"])).toEqual(["a", "b"]);
});

test("names that would collide stay whole", () => {
  expect(shortNames(["x/BatchNormalization", "x/BatchNormalization_1"])).toEqual([
    "x/BatchNormalization",
    "x/BatchNormalization_1",
  ]);
  expect(shortNames(["BatchNormalization_3"])).toEqual(["BatchNormalization_3"]);
  expect(shortNames([])).toEqual([]);
});

test("clip keeps the end", () => {
  expect(clip("features.18", 20)).toBe("features.18");
  expect(clip("abcdefgh", 4)).toBe("…fgh");
});
