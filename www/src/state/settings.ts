/**
 * What the plan is made from, as one value: undo steps over it, a pinned plan is one, a step of Learn sets one.
 * Everything here is also in the address (see url.ts).
 */
import { batch, computed, type Signal } from "@preact/signals";
import type { Settings } from "../lib/settings";
import type { PlanOptions } from "../wasm/core";
import * as store from "./store";

export type { Settings } from "../lib/settings";

const SIGNALS: { [K in keyof Settings]: Signal<Settings[K]> } = store.controls;
const KEYS = Object.keys(SIGNALS) as (keyof Settings)[];

export const settings = computed<Settings>(
  () => Object.fromEntries(KEYS.map((key) => [key, SIGNALS[key].value])) as unknown as Settings,
);

export function applySettings(it: Partial<Settings>): void {
  const set = <K extends keyof Settings>(key: K) => {
    const value = it[key];
    if (value !== undefined) SIGNALS[key].value = value;
  };
  batch(() => KEYS.forEach(set));
}

export function sameSettings(a: Settings, b: Settings): boolean {
  return KEYS.every((key) => String(a[key]) === String(b[key]));
}

/** Settings as the core takes them: it knows layers by name. */
export function optionsOf({ locked, own, ...rest }: Settings): PlanOptions {
  return { ...rest, locked: store.layersNamed(locked), layers: store.limitsNamed(own) };
}

/** Fields in which two plans differ. */
export function differing(a: Settings, b: Settings): (keyof Settings)[] {
  return KEYS.filter((key) => {
    // The other knob has no effect.
    if (key === "threshold") return bothTake(a, b, false) && a.threshold !== b.threshold;
    if (key === "share") return bothTake(a, b, true) && a.share !== b.share;
    if (key === "per") return bothTake(a, b, true) && a.per !== b.per;
    if (key === "seed") return a.criterion === "random" && b.criterion === "random" && a.seed !== b.seed;
    return String(a[key]) !== String(b[key]);
  });
}

function bothTake(a: Settings, b: Settings, share: boolean): boolean {
  return [a, b].every((it) => (it.criterion !== "probability") === share);
}
