import { expect, test } from "vitest";
import { decode, defaults, encode, VERSION, versionOf } from "./url";

const plan = {
  criterion: "probability" as const,
  threshold: 0.99,
  share: 0.25,
  compensation: "shift" as const,
  per: "own" as const,
  seed: 0,
  floor: 1,
  multiple: 1,
  locked: [],
  own: "",
};

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
    own: "1t0.5",
    selected: [3, 17] as [number, number],
    preset: "[0,1]",
    zoom: 4,
    mapAs: "table" as const,
    a: { ...plan, criterion: "slimming" as const, share: 0.125, multiple: 8, locked: [0, 7], own: "3t0.9f16*7m8" },
    sideA: { criterion: "slimming" as const, compensation: "none" as const },
    sideB: { criterion: "influence" as const, compensation: "moments" as const },
    budget: 55.5,
    lab: "curves" as const,
    lesson: "why-fold",
    present: true,
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

test("a pinned plan is clamped like the present one, and taken whole or not at all", () => {
  expect(decode("#a=probability_7_0.3_mean_0_1_1_").a).toEqual({
    ...plan,
    threshold: 1,
    share: 0.3,
    compensation: "mean",
  });
  for (const text of ["", "probability", "magic_0.9_0.3_mean_0_1_1_", "probability_0.9_0.3_mean_0_1_x_", "a_b_c"]) {
    expect(decode(`#a=${text}`).a).toBeNull();
  }
  expect(decode("#v=2&zoom=-1&lesson=<b>&present=yes&mapAs=song")).toEqual(defaults());
});

test("a comparison is read as a whole and within its controls, and leaves the link as it was without one", () => {
  const state = decode("#sideA=l1.mean&sideB=magic.mean&budget=400&lab=curves");
  expect(state.sideA).toEqual({ criterion: "l1", compensation: "mean" });
  expect(state.sideB).toEqual(defaults().sideB);
  expect(state.budget).toBe(95);
  expect(state.lab).toBe("curves");
  expect(decode("#v=2&sideA=l1&sideB=l1.mean.more&budget=x&lab=kitchen")).toEqual(defaults());
  expect(encode({ ...defaults(), budget: 30 })).toBe(`budget=30&v=${VERSION}`);
});

test("a link of the first version means the paper's method, one of the second the recommended order", () => {
  expect(decode("#threshold=0.9")).toMatchObject({ criterion: "probability", compensation: "shift", mode: "research" });
  expect(decode("#threshold=0.9&criterion=sigma")).toMatchObject({ criterion: "sigma", compensation: "shift" });
  expect(decode("#v=2&share=0.5")).toMatchObject({ criterion: "recommended", compensation: "moments", mode: "shrink" });
  expect(decode("")).toEqual(defaults());
});

test("links say their version", () => {
  expect(versionOf(encode({ ...defaults(), threshold: 0.5 }))).toBe(VERSION);
  expect(versionOf("#threshold=0.5")).toBe(1);
  expect(versionOf("#v=12&threshold=0.5")).toBe(12);
  expect(versionOf("#v=oops")).toBe(1);
});
