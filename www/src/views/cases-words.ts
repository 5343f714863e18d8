/** What is said at each step of the four cases, with the channel's own numbers. */

import { normal, probability, value } from "../lib/format";
import type { Cases, ChannelDetail, Explanation, Stage } from "../wasm/core";
import { words } from "../words";

export type CaseName = keyof Cases;

/** In the order of their numbers. */
export const CASES: readonly CaseName[] = ["keep", "output_dead", "input_dead", "both_dead"];

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
    return activation === "none" ? words.cases.telling.noActivation : words.cases.telling.neverConstant(activation);
  }
  return words.cases.telling.pinned(
    activation,
    value(stage.pinned),
    value(stage.low),
    probability(p),
    p >= threshold,
    threshold,
  );
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
      return words.cases.telling.before(before.channel.channel, gaussian(before), pinnedShare(before, threshold));
    case 1: {
      if (!inputDead || !carried) return words.cases.telling.aliveThrough;
      const [enters, leaves] = [value(carried.enters), value(carried.convolved)];
      if (carried.enters === 0) return words.cases.telling.zeroThrough(enters, depthwise?.kernel, leaves);
      const sum = depthwise?.weights.reduce((a, b) => a + b, 0) ?? 0;
      return words.cases.telling.constantThrough(enters, depthwise?.kernel, value(sum), leaves);
    }
    case 2:
      return behind(telling, inputDead, outputDead);
    case 3:
      return cut(telling);
    default: {
      const most = largestShift(of);
      if (most === 0) return words.cases.telling.nothingToFold;
      const exact = of.readers.every((it) => it.exact);
      return words.cases.telling.fold(value(most), telling.into, detail.case === "input_dead", exact);
    }
  }
}

function behind({ explanation: of, detail, threshold }: Telling, inputDead: boolean, outputDead: boolean): string {
  const { after, carried } = of;
  if (!after) return "";
  if (inputDead && !outputDead && carried) {
    return words.cases.telling.constantBehind(gaussian(after), value(carried.normalised), value(carried.emitted));
  }
  if (outputDead) {
    return words.cases.telling.deadBehind(
      gaussian(after),
      pinnedShare(after, threshold),
      value(after.pinned ?? 0),
      inputDead,
    );
  }
  const std = detail.role === "after" ? detail.activation_std : null;
  return words.cases.telling.aliveBehind(
    gaussian(after),
    pinnedShare(after, threshold),
    std === null ? null : value(std),
  );
}

function cut({ explanation: of, reader }: Telling): string {
  if (of.obstacle) return words.cases.telling.never(of.obstacle);
  const parts = of.together.length;
  const most = largestShift(of);
  return most === 0
    ? words.cases.telling.cutNothing(reader, parts)
    : words.cases.telling.cut(reader, parts, value(most));
}
