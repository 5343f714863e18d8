/** Plan A, pinned, against plan B, the present one: what each saves, and which channels only one of them removes. */

import { computed, effect, signal, untracked } from "@preact/signals";
import type { Plan, Preview } from "../wasm/core";
import { words } from "../words";
import { EngineLost } from "../worker/engine";
import { plannerCall } from "./engines";
import { applySettings, differing, optionsOf, type Settings, settings } from "./settings";
import * as store from "./store";

interface PlanA {
  of: Settings;
  model: store.Model;
  preview: Preview;
  states: Uint8Array;
  plan: Plan;
}

const held = signal<PlanA | null>(null);

/** Plan A once it is worked out for the open network. */
export const planA = computed(() => {
  const it = held.value;
  return it && it.of === store.sides.pinned.value && it.model === store.model.value ? it : null;
});

export function pin(): void {
  store.sides.pinned.value = settings.value;
}

export function unpin(): void {
  store.sides.pinned.value = null;
}

/** A becomes the present plan, and what was present is pinned. */
export function swap(): void {
  const a = store.sides.pinned.value;
  if (!a) return;
  store.sides.pinned.value = settings.value;
  applySettings(a);
}

export function startPinning(): void {
  effect(() => {
    const [of, model] = [store.sides.pinned.value, store.model.value];
    if (of && model) untracked(() => void work(of, model));
  });
}

async function work(of: Settings, model: store.Model): Promise<void> {
  try {
    const options = optionsOf(of);
    const { preview, states } = await plannerCall((core) => core.preview(options, null));
    const plan = await plannerCall((core) => core.plan(options));
    if (store.sides.pinned.value === of && store.model.value === model)
      held.value = { of, model, preview, states, plan };
  } catch (error) {
    if (store.sides.pinned.value !== of || error instanceof EngineLost) return;
    // A link may pin what only a measurement makes possible.
    store.sides.pinned.value = null;
    store.noticeText.value = words.plan.pinned.impossible;
  }
}

const isGone = (state: number | undefined) => state !== undefined && state > 0 && state < 5;

/** Normalised channels that only A, only B, or both remove; null while one of the plans is missing. */
export const overlap = computed(() => {
  const [a, b] = [planA.value?.states, store.live.drag.value?.states];
  if (!a || !b || a.length !== b.length) return null;
  const sum = { onlyA: 0, onlyB: 0, both: 0 };
  for (let i = 0; i < a.length; i++) {
    const [inA, inB] = [isGone(a[i]), isGone(b[i])];
    if (inA && inB) sum.both++;
    else if (inA) sum.onlyA++;
    else if (inB) sum.onlyB++;
  }
  return sum;
});

export const differences = computed(() => {
  const a = store.sides.pinned.value;
  return a ? differing(a, settings.value) : [];
});
