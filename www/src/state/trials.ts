/** What removing does to the answers, with and without the fold: networks tried beside the two. */

import { computed, signal } from "@preact/signals";
import type { Compensation, PlanOptions, Prediction } from "../wasm/core";
import { words } from "../words";
import type { Which } from "../worker/api";
import { EngineLost, sentence } from "../worker/engine";
import { runnerCall, stopRunner } from "./engines";
import { infer } from "./infer";
import { withJob } from "./jobs";
import { type Picture, pictures } from "./pictures";
import * as store from "./store";

/** Only the selected channel, or all that the plan removes. */
export type Scope = "channel" | "plan";

export interface Effect {
  key: string;
  picture: Picture;
  original: Prediction;
  /** Readers receive 0. */
  bare: Prediction;
  /** Readers receive the constant. */
  folded: Prediction;
}

export const scope = signal<Scope>("channel");
/** Which of the pictures; falls back to the first when it has gone. */
export const pictureId = signal<number | null>(null);
export const effectShown = signal<Effect | null>(null);
export const effectError = signal("");
export const effectBusy = signal(false);

export const picture = computed(
  () => pictures.value.find((it) => it.id === pictureId.value) ?? pictures.value[0] ?? null,
);

/** What the fold is: the plan's compensation, or the paper's where the plan has none. */
export const foldsWith = computed<Compensation>(() =>
  store.controls.compensation.value === "none" ? "shift" : store.controls.compensation.value,
);

export const effectKey = computed(() => {
  const at = scope.value === "plan" ? "plan" : (store.screen.selected.value?.join(".") ?? "");
  return [at, store.identity.value, picture.value?.id ?? "", store.preset.value, store.labels.value].join("|");
});

/** Whether the numbers shown still belong to what is asked. */
export const effectCurrent = computed(() => effectShown.value?.key === effectKey.value);

/** Slots of the runner; other panels have others. */
const [BARE, FOLDED] = [0, 1];

async function make(slot: number, options: PlanOptions): Promise<void> {
  const at = store.screen.selected.value;
  if (scope.value === "plan") await runnerCall((core) => core.tryPlan(slot, options));
  else if (at) await runnerCall((core) => core.tryChannel(slot, at[0], at[1], options));
}

export async function inferOn(which: Which, of: Picture): Promise<Prediction> {
  return (await infer(which, of)).prediction;
}

/** Runs the picture through the original and both ways of removing. */
export async function showEffect(): Promise<void> {
  const of = picture.value;
  if (effectBusy.value || effectCurrent.value || !of || !store.model.value) return;
  const key = effectKey.value;
  const options = store.options.value;
  const compensation = foldsWith.value;
  effectBusy.value = true;
  effectError.value = "";
  try {
    await withJob(words.cases.effect.trying, stopRunner, async (progress) => {
      await make(BARE, { ...options, compensation: "none" });
      progress(0.3);
      await make(FOLDED, { ...options, compensation });
      progress(0.6);
      const original = await inferOn("original", of);
      const bare = await inferOn(`trial:${BARE}`, of);
      const folded = await inferOn(`trial:${FOLDED}`, of);
      if (effectKey.value === key) effectShown.value = { key, picture: of, original, bare, folded };
    });
  } catch (error) {
    effectError.value = error instanceof EngineLost && error.cancelled ? words.page.stopped : sentence(error);
    if (effectKey.value === key) effectShown.value = null;
  } finally {
    effectBusy.value = false;
  }
}

/** Logits of the classes that matter on this picture: the best of any of the three networks. */
export function mainClasses({ original, bare, folded }: Effect): { index: number; label: string }[] {
  const classes = new Map<number, string>();
  for (const answer of [original, bare, folded]) {
    for (const { index, label } of answer.top.slice(0, answer === original ? 5 : 1)) classes.set(index, label);
  }
  return [...classes].map(([index, label]) => ({ index, label }));
}

/** Largest change of any output. */
export function largestChange(from: Prediction, to: Prediction): number {
  return from.scores.reduce((most, score, i) => Math.max(most, Math.abs(score - (to.scores[i] ?? 0))), 0);
}
