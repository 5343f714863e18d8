import { expect, test } from "vitest";
import { pixel, ramp } from "./palette";

test("colours become pixels of alpha, blue, green, red, however they are written", () => {
  expect(pixel("#123456")).toBe(0xff563412);
  expect(pixel("#fff")).toBe(0xffffffff);
  expect(pixel("#1a0")).toBe(pixel("#11aa00"));
});

test("a ramp runs from one colour to the other", () => {
  const steps = ramp("#000", "#c86432", 5);
  expect(steps[0]).toBe(pixel("#000000"));
  expect(steps[2]).toBe(pixel("#643219"));
  expect(steps[4]).toBe(pixel("#c86432"));
});
