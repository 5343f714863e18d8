/** The selected channel's arithmetic, kept in step with the plan while a panel shows it. */
import { effect, signal } from "@preact/signals";
import { latest } from "../lib/latest";
import type { Explanation } from "../wasm/core";
import { EngineLost, sentence } from "../worker/engine";
import { plannerCall } from "./engines";
import * as store from "./store";

/** Null while nothing is selected, or before the first answer. */
export const explanation = signal<Explanation | null>(null);

const NEEDED_BY: ReadonlySet<string> = new Set(["channel", "cases", "graph"]);

async function explain(): Promise<void> {
  const [of, at] = [store.model.value, store.screen.selected.value];
  if (!of || !at) {
    explanation.value = null;
    return;
  }
  try {
    const options = store.options.value;
    const found = await plannerCall((core) => core.explain(at[0], at[1], options));
    if (store.model.value === of && store.screen.selected.value === at) explanation.value = found;
  } catch (error) {
    explanation.value = null;
    if (!(error instanceof EngineLost)) store.alertText.value = sentence(error);
  }
}

/** A drag leaves only the last question. */
const follow = latest(explain);

/** A drag asks once it rests: the plan is worth more than its arithmetic. */
const REST_MS = 150;

export function startExplaining(): void {
  const needed = () => store.model.value !== null && NEEDED_BY.has(store.screen.view.value);
  effect(() => {
    store.screen.selected.value;
    if (needed()) void follow();
  });
  let timer = 0;
  effect(() => {
    store.live.drag.value;
    if (!needed()) return;
    clearTimeout(timer);
    timer = window.setTimeout(() => void follow(), REST_MS);
  });
}
