/** What a plan is made from: criteria, compensations, settings, cases. */

import { readOwn } from "../lib/own";
import type { Settings } from "../lib/settings";
import type { Cases, ChannelDetail, Compensation, Criterion, Per } from "../wasm/core";
import { limits } from "./limits";

const CRITERION_NAMES: Record<Criterion, string> = {
  recommended: "Recommended: dead first, then least influence",
  probability: "Probability (the paper)",
  sigma: "Low variance (σ)",
  influence: "Low downstream influence",
  slimming: "|γ|: slimming",
  l1: "L1: small filter",
  fpgm: "FPGM: redundant",
  apoz: "APoZ: zero on images",
  reconstruction: "Reconstruction: the others make up for it",
  random: "Random: baseline",
};

const COMPENSATION_NAMES: Record<Compensation, string> = {
  none: "No compensation",
  shift: "Shift (the paper)",
  mean: "Mean activation",
  moments: "Mean and spread",
  merge: "Merged into the others",
};

const COMPENSATION_HELP: Record<Compensation, string> = {
  none: "The next layers receive 0 in its place.",
  shift: "The constant that a dead channel sends is added to the biases of the next layers.",
  mean: "The mean of the channel is added to the biases of the next layers.",
  moments: "The mean, and how much the layer varies: both are given back to the next layers.",
  merge: "The channels that stay and behave alike take over its weights.",
};

const PER_NAMES: Record<Per, string> = {
  own: "as suits the criterion",
  channel: "per channel",
  mac: "per MAC saved",
  parameter: "per parameter saved",
  cost: "per MAC and parameter",
};

const CRITERION_HELP: Record<Criterion, string> = {
  recommended:
    "First the channels that are dead with P ≥ 0.99, which cost nothing; then those that matter least to the layers that read them, per MAC saved.",
  probability: "A channel is removed when P, the probability that its activation is constant, is at least τ.",
  sigma: "Channels with the smallest spread σ are removed first: what hardly varies is nearly a bias.",
  influence: "Channels that contribute least to what the next layers receive are removed first, per MAC saved.",
  slimming: "Channels with the smallest BatchNorm scale γ are removed first.",
  l1: "Channels with the smallest filters are removed first.",
  fpgm: "Channels whose filter is most like the others of its layer are removed first.",
  apoz: "Channels that were zero most often on your images are removed first.",
  reconstruction: "Channels that the others of their layer can reproduce on your images are removed first.",
  random: "A seeded order: what every other criterion has to beat.",
};

/** What a case is called and what it means. */
const CASES: Record<keyof Cases, { name: string; meaning: string }> = {
  keep: { name: "Keep", meaning: "Case 1. Alive on both sides of its depthwise convolution." },
  output_dead: {
    name: "Output dead",
    meaning: "Case 2. What comes out is pinned, as often as P says.",
  },
  input_dead: {
    name: "Input dead",
    meaning:
      "Case 3. What enters is pinned, as often as P says; the constant that leaves is folded into the next layer.",
  },
  both_dead: { name: "Both dead", meaning: "Case 4. Pinned on both sides." },
};

/** How often something holds that holds with probability `p`. */
export function often(p: number | null): string {
  if (p === null) return "where it is pinned";
  if (p >= 1) return "always";
  if (p >= 0.99) return "nearly always";
  return `in ${Math.round(100 * p)} % of positions`;
}

/** `folded`: whether readers get the constant of what is removed. */
function caseSentence(detail: ChannelDetail, folded: boolean): string {
  const gone = detail.removed;
  const isBefore = detail.role === "before";
  const before = often((isBefore ? detail.this : detail.partner)?.probability ?? null);
  const behind = often((isBefore ? detail.partner : detail.this)?.probability ?? null);
  switch (detail.case) {
    case "output_dead":
      return gone
        ? `Output dead (case 2): it is alive before the depthwise convolution, but what comes out is pinned ${behind}, so both are removed.`
        : `Output dead (case 2): what comes out of the depthwise convolution is pinned ${behind}.`;
    case "input_dead":
      return gone
        ? `Input dead (case 3): the depthwise convolution sees the pinned value ${before} and then emits one constant, ${
            folded ? "which is folded into the next layer (shifting-factor fusion)" : "which is dropped"
          }.`
        : `Input dead (case 3): the depthwise convolution sees the pinned value ${before}.`;
    case "both_dead":
      return gone
        ? `Both dead (case 4): pinned ${before} before the depthwise convolution and ${behind} after it. It is removed and leaves its pinned value.`
        : `Both dead (case 4): pinned ${before} before the depthwise convolution and ${behind} after it.`;
    case "keep":
      return gone
        ? "Both sides are alive by probability; this criterion removes it anyway."
        : "Alive on both sides of its depthwise convolution: it is kept.";
    default:
      if (gone) return "Not in a depthwise pair; every layer that reads it receives a constant instead.";
      return "Not in a depthwise pair, and kept.";
  }
}

/** Names of what a plan is made from, as undo, pinned plans and the report print them. */
const SETTING_NAMES: Record<keyof Settings, string> = {
  criterion: "Criterion",
  threshold: "Threshold",
  share: "Share",
  compensation: "Compensation",
  per: "Weighed",
  seed: "Seed",
  floor: "Keep at least",
  multiple: "Multiple of",
  locked: "Locked layers",
  own: limits.title,
};

function settingText(key: keyof Settings, it: Settings): string {
  if (key === "criterion") return CRITERION_NAMES[it.criterion];
  if (key === "compensation") return COMPENSATION_NAMES[it.compensation];
  if (key === "per") return PER_NAMES[it.per];
  if (key === "locked") return it.locked.length === 0 ? "none" : String(it.locked.length);
  if (key === "own") return String(readOwn(it.own).size || "none");
  return String(it[key]);
}

/** "threshold 0.99 → 0.9, compensation …": what leads from one set of settings to another. */
function settingsChange(from: Settings, to: Settings, keys: readonly (keyof Settings)[]): string {
  return keys
    .map((key) => `${SETTING_NAMES[key].toLowerCase()} ${settingText(key, from)} → ${settingText(key, to)}`)
    .join(", ");
}

/** A plan's settings in words, for the report. */
function planSentence(it: Settings, layerNames: readonly string[], siteNames: readonly string[]): string {
  const amount =
    it.criterion === "probability"
      ? `channels with P ≥ ${it.threshold} are removed`
      : `a share of ${it.share} is removed, lowest ${PER_NAMES[it.per]} first`;
  const guards = [
    it.criterion === "random" ? `seed ${it.seed}` : "",
    it.floor > 1 ? `every layer keeps at least ${it.floor}` : "",
    it.multiple > 1 ? `kept counts are multiples of ${it.multiple}` : "",
    it.locked.length > 0 ? `locked: ${it.locked.map((i) => layerNames[i] ?? i).join(", ")}` : "",
    ...[...readOwn(it.own)].map(([row, own]) => `${siteNames[row] ?? row}: ${limits.own(own)}`),
  ].filter(Boolean);
  const rest = guards.length > 0 ? ` Guards: ${guards.join("; ")}.` : "";
  return `Criterion ${CRITERION_NAMES[it.criterion]}: ${amount}; compensation ${COMPENSATION_NAMES[it.compensation]}.${rest}`;
}

export const choices = {
  criteria: CRITERION_NAMES,
  criterionHelp: CRITERION_HELP,
  compensations: COMPENSATION_NAMES,
  compensationHelp: COMPENSATION_HELP,
  /** Within a sentence. */
  compensationInside: (it: Compensation) => COMPENSATION_NAMES[it].toLowerCase(),
  curve: (criterion: Criterion, compensation: Compensation) =>
    `${CRITERION_NAMES[criterion]}, ${COMPENSATION_NAMES[compensation].toLowerCase()}`,
  criterionAndCompensation: (criterion: Criterion, compensation: Compensation) =>
    `${CRITERION_NAMES[criterion]}, ${COMPENSATION_NAMES[compensation]}`,
  pers: PER_NAMES,
  settings: SETTING_NAMES,
  settingText,
  settingsChange,
  planSentence,
  cases: CASES,
  caseSentence,
};
