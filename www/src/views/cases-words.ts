/** What is said at each step of the four cases, with the channel's own numbers. */
import { normal, plural, probability, value } from "../lib/format";
import type { ChannelDetail, Explanation, Stage } from "../wasm/core";

export const STEPS = ["Before", "Depthwise", "Behind", "Cut, say nothing", "Cut and fold"] as const;

export const CASE_TITLES = {
  keep: "Keep",
  output_dead: "Output dead",
  input_dead: "Input dead",
  both_dead: "Both dead",
} as const;
export type CaseName = keyof typeof CASE_TITLES;

export interface Telling {
  explanation: Explanation;
  detail: ChannelDetail;
  threshold: number;
  /** Short names for the sentence. */
  reader: string;
  into: string;
}

/** Largest |Δ_j| over all readers. */
export function largestShift(of: Explanation): number {
  let most = 0;
  for (const { constant, sums } of of.readers) {
    for (const sum of sums) most = Math.max(most, Math.abs(sum * constant));
  }
  return most;
}

export function isDead(stage: Stage | null, threshold: number): boolean {
  const p = stage?.channel.probability ?? null;
  return p !== null && p >= threshold;
}

function pinnedShare(stage: Stage, threshold: number): string {
  const { probability: p, activation } = stage.channel;
  if (p === null || stage.low === null || stage.pinned === null) {
    return activation === "none"
      ? "No activation follows, so nothing pins it to one value."
      : `${activation} is constant nowhere, so there is no probability of being dead.`;
  }
  const verdict = p >= threshold ? `dead by τ = ${threshold}` : `alive by τ = ${threshold}`;
  return `${activation} makes ${value(stage.pinned)} of everything at or below ${value(stage.low)}: with P = ${probability(p)}. That is ${verdict}.`;
}

function gaussian(stage: Stage): string {
  return normal(stage.channel.mean, stage.channel.std);
}

export function stepText(step: number, telling: Telling): string {
  const { explanation: of, detail, threshold } = telling;
  const { before, after, depthwise, carried } = of;
  if (!after) return "";
  const inputDead = isDead(before, threshold);
  const outputDead = isDead(after, threshold);
  switch (step) {
    case 0:
      return `BatchNorm makes channel ${before.channel.channel} the Gaussian ${gaussian(before)}. ${pinnedShare(before, threshold)}`;
    case 1:
      if (!inputDead || !carried) {
        return "It is alive, so its depthwise filter sees a picture that varies, and what it makes of it varies too.";
      }
      return `So its depthwise filter sees ${value(carried.enters)} nearly everywhere. ${
        carried.enters === 0
          ? `Its ${depthwise?.kernel} weights do not matter: ${value(carried.convolved)} leaves, the bias.`
          : `Its ${depthwise?.kernel} weights add up to ${value(depthwise?.weights.reduce((a, b) => a + b, 0) ?? 0)}: ${value(carried.convolved)} leaves.`
      }`;
    case 2:
      return behind(telling, inputDead, outputDead);
    case 3:
      return cut(telling);
    default: {
      const most = largestShift(of);
      if (most === 0) return "Nothing is left to fold: the constant is 0.";
      const exact = of.readers.every((it) => it.exact);
      return `The constant times the weights of each output is Δ, up to ${value(most)}. It is added to the ${telling.into} once and for all${
        detail.case === "input_dead" ? ": shifting-factor fusion" : ""
      }. ${
        exact
          ? "Wherever the channel really was pinned, the next layer gets the very sums it had."
          : "Inside the picture the next layer gets the sums it had; at zero-padded borders only nearly."
      }`;
    }
  }
}

function behind({ explanation: of, detail, threshold }: Telling, inputDead: boolean, outputDead: boolean): string {
  const { after, carried } = of;
  if (!after) return "";
  if (inputDead && !outputDead && carried) {
    return `By β and γ it looks alive behind it, ${gaussian(after)}. But what enters is pinned, so BatchNorm gives β − γμ/√(v+ε) = ${value(carried.normalised)}, and ${value(carried.emitted)} leaves: one constant, at every pixel.`;
  }
  if (outputDead) {
    return `Behind it, BatchNorm makes ${gaussian(after)}. ${pinnedShare(after, threshold)} Whatever entered, ${value(after.pinned ?? 0)} leaves${inputDead ? ", as before the depthwise convolution" : ""}.`;
  }
  const std = detail.role === "after" ? detail.activation_std : null;
  return `Behind it, BatchNorm makes ${gaussian(after)}. ${pinnedShare(after, threshold)}${
    std === null
      ? ""
      : ` What leaves has a standard deviation of ${value(std)}: the next layer can tell pictures apart by it.`
  }`;
}

function cut({ explanation: of, reader }: Telling): string {
  if (of.obstacle) return `It can never go: ${of.obstacle}.`;
  const parts = of.together.length;
  const most = largestShift(of);
  const gone = `Its filter, both BatchNorm entries, its depthwise filter and its column in ${reader} are cut out${
    parts > 3 ? `, and all that is tied to it in ${plural(parts, "place")}` : ""
  }.`;
  if (most === 0) return `${gone} What the next layer loses is 0 wherever the channel was pinned.`;
  return `${gone} The next layer now gets 0 where it got a constant: each of its outputs is off by up to ${value(most)}.`;
}
