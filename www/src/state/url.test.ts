import { expect, test } from "vitest";
import { decode, defaults, encode } from "./url";

test("defaults are dropped", () => {
  expect(encode(defaults())).toBe("");
  expect(decode("")).toEqual(defaults());
});

test("state survives the round trip", () => {
  const state = {
    ...defaults(),
    net: "local:my net.onnx",
    criterion: "sigma" as const,
    share: 0.3,
    locked: [2, 5],
    selected: [3, 17] as [number, number],
    preset: "[0,1]",
  };
  expect(decode(`#${encode(state)}`)).toEqual(state);
});

test("values are clamped, nonsense is ignored", () => {
  const state = decode(
    "#threshold=7&share=-1&seed=1e12&criterion=magic&floor=0.2&multiple=x&selected=1.2.3&locked=1.-2.a.1",
  );
  expect(state.threshold).toBe(1);
  expect(state.share).toBe(0);
  expect(state.seed).toBe(0xffffffff);
  expect(state.criterion).toBe("probability");
  expect(state.floor).toBe(1);
  expect(state.multiple).toBe(1);
  expect(state.selected).toBeNull();
  expect(state.locked).toEqual([1]);
});
