import { expect, test } from "vitest";
import { often } from "./choices";
import { plan } from "./plan";

test("what is only likely is said to be", () => {
  expect(often(0.637)).toBe("in 64 % of positions");
  expect(often(0.9949)).toBe("nearly always");
  expect(often(1)).toBe("always");
  expect(often(null)).toBe("where it is pinned");
});

test("the numbers of the reconciling line add up", () => {
  const tally = {
    channels: 2992,
    kept: 2100,
    output_dead: 43,
    input_dead: 121,
    both_dead: 113,
    removed_alive: 0,
    withheld: 103,
    outside_kept: 500,
    outside_removed: 12,
  };
  const [all, ...parts] = [...plan.tally(tally).matchAll(/[\d,]+/g)].map((it) => Number(it[0].replaceAll(",", "")));
  expect(parts.reduce((a, b) => a + b, 0)).toBe(all);
});
