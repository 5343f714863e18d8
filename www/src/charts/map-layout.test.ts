import { expect, test } from "vitest";
import type { Site } from "../wasm/core";
import { columnSlots, hit, layout } from "./map-layout";

const site = (norm: string, channels: number, offset: number): Site => ({
  norm,
  writer: "",
  activation: "Relu",
  pinned: true,
  channels,
  offset,
  calibrated: false,
});
const sites = [site("a", 10, 0), site("b", 10, 10), site("c", 5, 20)];
const pairs = [{ before: "a", depthwise: "d", after: "b", channels: 10 }];

test("rows of a pair stand closer", () => {
  const map = layout(sites, pairs, 600, 400);
  const [a, b, c] = map.rows;
  expect(b!.y - a!.y - a!.height).toBeLessThan(c!.y - b!.y - b!.height);
  expect(map.left + map.width).toBeLessThan(600);
});

test("rows never get thinner than can be pointed at", () => {
  const many = Array.from({ length: 300 }, (_, i) => site(String(i), 4, 4 * i));
  const map = layout(many, [], 600, 400);
  expect(map.rows[0]!.height).toBe(9);
  expect(map.total.height).toBeGreaterThan(300 * 9);
});

test("hit finds the slot under a point", () => {
  const map = layout(sites, pairs, 600, 400);
  const y = map.rows[2]!.y + 2;
  expect(hit(map, sites, map.left + 1, y)).toEqual({ row: 2, slot: 0 });
  expect(hit(map, sites, map.left + map.width - 1, y)).toEqual({ row: 2, slot: 4 });
  expect(hit(map, sites, map.left - 5, y)).toBeNull();
});

test("columns cover every slot, hairlines only between wide cells", () => {
  expect(new Set(columnSlots(5, 50))).toEqual(new Set([0, 1, 2, 3, 4, -1]));
  expect(columnSlots(5, 50).at(-1)).toBe(4);
  expect(columnSlots(100, 100).includes(-1)).toBe(false);
});
