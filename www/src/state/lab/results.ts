/** What was evaluated, by plan; kept in the browser, so that a reload costs nothing. */
import { effect, signal } from "@preact/signals";
import type { Dated } from "../../lib/judged";
import { keep, kept } from "../../lib/keep";
import type { Evaluation, PlanOptions } from "../../wasm/core";
import { keyOf } from "../store";
import { scope } from "./bench";

export type { Dated } from "../../lib/judged";

/** A version of what is kept: results of a core that counts differently must not mix. */
const VERSION = "2";

/** So many images are shown one by one. */
export const SHOWN = 24;

export const results = signal<ReadonlyMap<string, Dated>>(new Map());
/** The scope whose results are read in. */
export const ready = signal("");

const prefixOf = (scopeKey: string) => `result|${VERSION}|${scopeKey}`;

export function resultOf(plan: PlanOptions): Dated | null {
  return results.value.get(keyOf(plan)) ?? null;
}

export function addResult(scopeKey: string, planKey: string, evaluated: Evaluation, first: number[]): void {
  const result: Dated = { ...evaluated, measuredAt: Date.now(), first };
  void keep(prefixOf(scopeKey) + planKey, result);
  if (scope.peek()?.key === scopeKey) results.value = new Map(results.peek()).set(planKey, result);
}

export function startResults(): void {
  effect(() => {
    const key = scope.value?.key ?? "";
    if (key === ready.peek()) return;
    results.value = new Map();
    ready.value = "";
    if (!key) return;
    kept<Dated>(prefixOf(key)).then((found) => {
      if (scope.peek()?.key !== key) return;
      results.value = new Map([...found, ...results.peek()]);
      ready.value = key;
    });
  });
}
