/** Threshold and savings. */
import { count } from "../lib/format";
import type { Criterion } from "../wasm/core";

export const dial = {
  noNumber: (typed: string, kept: string) => `“${typed}” is not a number, so ${kept} stays.`,
  name: "Threshold and savings",
  plan: "Plan",
  criterion: "Criterion",
  compensation: "Compensation",
  threshold: "Threshold",
  share: "Share removed",
  thresholdSide: "τ, lower cuts more",
  shareSide: "lowest score first",
  value: "Threshold value",
  /** What the slider says to those who do not see it. */
  spoken: (amount: number, channels: { before: number; after: number } | undefined) =>
    `${amount}${channels ? `, ${count(channels.before - channels.after)} of ${count(channels.before)} channels removed` : ""}`,
  outputs: { params: "Parameters removed", macs: "MACs removed", channels: "Channels removed" },
  outputsBelow: { params: "parameters removed", macs: "MACs removed", channels: "channels removed" },
  target: "MACs to remove, %",
  solve: (percent: number) => `Solve for −${percent} % MACs`,
  /** A target that was missed, and why. */
  closest: (removed: string, asked: string, reason: string) =>
    `Asked for ${asked} of the MACs. Closest reachable: ${removed}, because ${reason}.`,
  changedBy: (what: string, before: number, now: number) => `Plan changed by “${what}”: ${before} → ${now}.`,
  changedByMeasuring: (before: string) =>
    `Plan worked out anew from the measurement. Before it, ${before} of the MACs were removed.`,
  limits: "Limits per layer",
  limitsAndSeed: "Limits per layer, and seed",
  keepAtLeast: "Keep at least, per layer",
  multipleOf: "Keep a multiple of",
  order: "Order channels",
  seed: "Seed",
  curve: (ofShare: boolean) =>
    `Parameters and MACs removed over the whole range of the ${ofShare ? "share" : "threshold"}`,
  curveParams: "parameters",
  curveMacs: "MACs removed",
  imagesFirst: (criterion: Criterion) =>
    criterion === "apoz"
      ? "APoZ counts zeros on your images, so measure first: the button “Measure on my images” is under Proof."
      : "Reconstruction orders channels by your images: choose some under “Repair with”, then press “Shrink with” them.",
};
