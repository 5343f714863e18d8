/** Two ways of choosing channels at the same cost: which channels they differ in, and what each does. */

import { computed, signal } from "@preact/signals";
import { divergence, moved, probabilitiesOf } from "../lib/distribution";
import type { Change, Plan, PlanOptions, Prediction } from "../wasm/core";
import { words } from "../words";
import { EngineLost, sentence } from "../worker/engine";
import { runnerCall, stopRunner } from "./engines";
import { withJob } from "./jobs";
import { type Picture, pictures } from "./pictures";
import * as store from "./store";
import { sides } from "./store";
import { inferOn } from "./trials";
import type { Side } from "./url";

/** One side carried out. */
export interface Outcome extends Side {
  amount: number;
  channels: Change;
  params: Change;
  macs: Change;
}

/** Output channels of one layer, by who removes them. */
export interface LayerSplit {
  layer: number;
  channels: number;
  onlyA: number[];
  onlyB: number[];
  both: number[];
}

export interface SideAnswer {
  answer: Prediction;
  /** Whether the first class is another one; null where the output is not class scores. */
  changed: boolean | null;
  kl: number;
  moved: number;
}

export interface PictureRow {
  picture: Picture;
  original: Prediction;
  a: SideAnswer;
  b: SideAnswer;
}

export interface Comparison {
  key: string;
  a: Outcome;
  b: Outcome;
  layers: LayerSplit[];
  rows: PictureRow[];
}

export const comparison = signal<Comparison | null>(null);
export const comparing = signal(false);
export const compareError = signal("");

export const compareKey = computed(() =>
  JSON.stringify([
    store.origin.value,
    sides.a.value,
    sides.b.value,
    sides.budget.value,
    { ...store.options.value, criterion: "", compensation: "", per: "", threshold: 0, share: 0 },
    pictures.value.map((it) => it.id),
    store.preset.value,
  ]),
);
export const compareCurrent = computed(() => comparison.value?.key === compareKey.value);

/** Slots of the runner; the panel of the four cases has 0 and 1. */
const SLOTS = { a: 2, b: 3 } as const;

async function carryOut(side: Side, slot: number): Promise<{ outcome: Outcome; plan: Plan }> {
  const options: PlanOptions = { ...store.options.value, ...side, per: "own" };
  const solved = await runnerCall((core) => core.solveMacs(options, sides.budget.value));
  // The very amount that "Use this plan" sets, so that the page then shows the same plan.
  const { amount } = solved;
  const plan = await runnerCall((core) => core.tryPlan(slot, { ...options, threshold: amount, share: amount }));
  const { channels, params, macs } = plan;
  return { outcome: { ...side, amount, channels, params, macs }, plan };
}

export function splitLayers(a: Pick<Plan, "layers">, b: Pick<Plan, "layers">): LayerSplit[] {
  return a.layers.map((of, layer) => {
    const [mine, theirs] = [new Set(of.removed), new Set(b.layers[layer]?.removed)];
    return {
      layer,
      channels: of.channels.before,
      onlyA: [...mine].filter((it) => !theirs.has(it)),
      onlyB: [...theirs].filter((it) => !mine.has(it)),
      both: [...mine].filter((it) => theirs.has(it)),
    };
  });
}

function judge(original: Prediction, answer: Prediction): SideAnswer {
  const [p, q] = [probabilitiesOf(original), probabilitiesOf(answer)];
  const classes = original.top.length > 0;
  return {
    answer,
    changed: classes ? original.top[0]!.index !== answer.top[0]?.index : null,
    kl: classes ? divergence(p, q) : Number.NaN,
    moved: classes ? moved(p, q) : Number.NaN,
  };
}

export async function compareNow(): Promise<void> {
  if (comparing.value || !store.model.value) return;
  comparing.value = true;
  compareError.value = "";
  const key = compareKey.value;
  try {
    await withJob(words.compare.working, stopRunner, async (progress) => {
      const a = await carryOut(sides.a.value, SLOTS.a);
      progress(0.25);
      const b = await carryOut(sides.b.value, SLOTS.b);
      progress(0.5);
      const rows: PictureRow[] = [];
      const images = pictures.value;
      for (const [i, picture] of images.entries()) {
        const original = await inferOn("original", picture);
        const first = await inferOn(`trial:${SLOTS.a}`, picture);
        const second = await inferOn(`trial:${SLOTS.b}`, picture);
        rows.push({ picture, original, a: judge(original, first), b: judge(original, second) });
        progress(0.5 + (0.5 * (i + 1)) / images.length, words.compare.workingOn(i + 1, images.length));
      }
      rows.sort((x, y) => Math.max(y.a.kl, y.b.kl) - Math.max(x.a.kl, x.b.kl));
      if (compareKey.value === key) {
        comparison.value = { key, a: a.outcome, b: b.outcome, layers: splitLayers(a.plan, b.plan), rows };
      }
    });
  } catch (error) {
    compareError.value = error instanceof EngineLost && error.cancelled ? words.page.stopped : sentence(error);
  } finally {
    comparing.value = false;
  }
}

/** Makes one side the page's plan. */
export function usePlan(side: Outcome): void {
  store.controls.criterion.value = side.criterion;
  store.controls.compensation.value = side.compensation;
  store.controls.per.value = "own";
  if (side.criterion === "probability") store.controls.threshold.value = side.amount;
  else store.controls.share.value = side.amount;
}
