import { expect, test } from "vitest";
import type { Explanation, Topology } from "../wasm/core";
import { trace } from "./coupling";

const layer = (name: string, index: number) => ({ name, op: "Conv", kind: "layer", layer: index, channels: 8 });

test("a channel is traced from its writers through ties to its readers, and no further", () => {
  // a → add ← b, add → c → d: a and b write the channel, c reads it.
  const topology: Topology = {
    nodes: [
      layer("a", 0),
      layer("b", 1),
      { name: "add", op: "Add", kind: "join", layer: null, channels: 8 },
      layer("c", 2),
      layer("d", 3),
    ],
    edges: [
      { from: 0, to: 2, channels: 8 },
      { from: 1, to: 2, channels: 8 },
      { from: 2, to: 3, channels: 8 },
      { from: 3, to: 4, channels: 8 },
    ],
  };
  const found = trace(topology, {
    together: [
      { layer: 0, role: "writes", channels: [3] },
      { layer: 1, role: "writes", channels: [3] },
      { layer: 2, role: "reads", channels: [3] },
    ],
    ties: [{ node: "add", op: "Add", reason: "summands" }],
  } as unknown as Explanation);
  expect([...found.nodes]).toEqual([
    [0, "writes"],
    [1, "writes"],
    [2, "ties"],
    [3, "reads"],
  ]);
  expect([...found.edges]).toEqual([0, 1, 2]);
});
