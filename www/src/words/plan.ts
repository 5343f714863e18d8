/** What the plan does: savings, cases, layers, reasons, and the plan it is held against. */
import { count, plural } from "../lib/format";
import type { Tally } from "../wasm/core";

export const plan = {
  name: "Plan",
  json: "Plan as JSON",
  csv: "Channels as CSV",
  curveAs: "Curve as",
  savings: "Savings",
  before: "before",
  after: "after",
  removed: "removed",
  parameters: "Parameters",
  macs: "MACs",
  macsNote: "(the literature’s FLOPs)",
  channels: "Channels",
  fileSize: "File size",
  latency: "Latency, warm",
  noLatency: "run both networks to measure",
  latencyRefused: "not measured: other work was running; run again",
  noDifference: "no measurable difference",
  cases: "Four-case plan",
  case: "Case",
  meaning: "What it means",
  notDead: (threshold: number) =>
    `Not dead at τ = ${threshold}. This criterion has its own order and removes some of them too.`,
  noPairs: "This network has no depthwise convolution, so the four cases are empty. Other channels can be removed.",
  pairsUnmeasured: (depthwise: number) =>
    `Nothing is known yet about the channels around the ${plural(depthwise, "depthwise layer")}: this file has no BatchNormalization. Measure on images to get the four cases.`,
  pairsUnnormalised: (depthwise: number) =>
    `None of the ${plural(depthwise, "depthwise layer")} lies between two BatchNormalizations, so the four cases are empty. Other channels can be removed.`,
  /** Every coupled channel once. */
  tally: (it: Tally) => {
    const parts = [
      [it.kept, "kept"],
      [it.output_dead + it.input_dead + it.both_dead, "removed as dead"],
      [it.removed_alive, "removed though alive"],
      [it.withheld, "withheld"],
      [it.outside_kept, "kept outside pairs"],
      [it.outside_removed, "removed outside pairs"],
    ] as const;
    const sum = parts.filter(([n], i) => n > 0 || i === 0).map(([n, what]) => `${count(n)} ${what}`);
    return `${count(it.channels)} coupled channels = ${sum.join(" + ")}.`;
  },
  example: (channel: number, layer: string) => `Here: channel ${channel} of ${layer}`,
  perLayer: "Per layer",
  layerTable: "Channels, parameters and MACs per layer",
  lock: "Lock",
  lockOf: (layer: string) => `Lock ${layer}`,
  layer: "Layer",
  params: "Parameters",
  layerTitle: (name: string, kind: string, op: string, kernel: string) => `${name}: ${kind} ${op} ${kernel}`,
  /** By the core's word for the kind of a layer. */
  kinds: {
    dense: "dense",
    pointwise: "pointwise",
    depthwise: "depthwise",
    grouped: "grouped",
    linear: "linear",
  } as Record<string, string>,
  deadWithheld: (n: number) => `Dead but withheld (${count(n)})`,
  because: (channels: number, reason: string) => `${plural(channels, "channel")}: ${reason}`,
  branches: (n: number) => `Whole branches removed (${n})`,
  approximate: (n: number) => `Approximate at the border (${n})`,
  notPruned: (n: number) => `Not pruned, because… (${n})`,
  unstable: "The engine keeps stopping on this plan; change a setting to try again.",

  pinned: {
    pin: "Pin as plan A",
    pinHint: "then compare with others",
    swap: "Swap A and B",
    pinB: "Pin B as A",
    unpin: "Unpin",
    table: "Plan A against plan B",
    original: "original",
    a: "A, pinned",
    b: "B, now",
    same: "B is the same as A: change something.",
    sameChannels: "Both remove the same channels; they differ in compensation.",
    overlap: (both: number, onlyA: number, onlyB: number) =>
      `Of the normalised channels both remove ${count(both)}; only A ${count(onlyA)}, only B ${count(onlyB)}.`,
    impossible: "The pinned plan cannot be worked out for this network, so it was taken off.",
  },
};
