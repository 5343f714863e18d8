import { expect, test } from "vitest";
import type { PlanOptions } from "../wasm/core";
import { identityOf, networkOf, sameMade } from "./identity";

const plan: PlanOptions = {
  criterion: "probability",
  threshold: 0.9,
  share: 0.25,
  compensation: "shift",
  per: "own",
  seed: 0,
  floor: 1,
  multiple: 1,
  locked: [],
  layers: [],
};
const origin = { network: "network 1", statistics: "", ranking: "", planned: false };

test("everything a plan is made from is in its identity", () => {
  const others = [
    identityOf({ ...origin, network: "network 2" }, plan),
    identityOf({ ...origin, statistics: "abc", planned: true }, plan),
    identityOf(origin, { ...plan, threshold: 0.91 }),
    identityOf(origin, { ...plan, compensation: "mean" }),
    identityOf(origin, { ...plan, criterion: "sigma" }),
    identityOf(origin, { ...plan, floor: 2 }),
    identityOf(origin, { ...plan, multiple: 8 }),
    identityOf(origin, { ...plan, locked: ["a"] }),
    identityOf(origin, { ...plan, layers: [{ layer: "a", floor: 3 }] }),
  ];
  expect(new Set([identityOf(origin, plan), ...others]).size).toBe(others.length + 1);
});

test("what a plan does not depend on is not", () => {
  expect(identityOf(origin, { ...plan, share: 0.5, seed: 3 })).toBe(identityOf(origin, plan));
  const shares = { ...plan, criterion: "sigma" } as const;
  expect(identityOf(origin, { ...shares, threshold: 0.5 })).toBe(identityOf(origin, shares));
  // Measured beside the file's own statistics, which the plan goes by.
  const measured = { ...origin, statistics: "abc" };
  expect(identityOf(measured, plan)).toBe(identityOf(origin, plan));
  const counted = { ...plan, criterion: "apoz" } as const;
  expect(identityOf(measured, counted)).not.toBe(identityOf(origin, counted));
  // An order that one criterion goes by is nothing to the others.
  const ranked = { ...origin, ranking: "abc" };
  expect(identityOf(ranked, plan)).toBe(identityOf(origin, plan));
  const rebuilt = { ...plan, criterion: "reconstruction" } as const;
  expect(identityOf(ranked, rebuilt)).not.toBe(identityOf(origin, rebuilt));
});

test("a file keeps its name, and a repair is part of a product", () => {
  const [a, b] = [new Blob(["x"]), new Blob(["x"])];
  expect(networkOf(a)).toBe(networkOf(a));
  expect(networkOf(a)).not.toBe(networkOf(b));
  expect(sameMade({ identity: "i", repair: "" }, { identity: "i", repair: "r" })).toBe(false);
});
