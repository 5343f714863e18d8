/** Every criterion at the cut on the page: the same MACs, judged on the same images. */
import { computed, signal } from "@preact/signals";
import { removedPercent } from "../../lib/format";
import type { Compensation, Criterion } from "../../wasm/core";
import { sentence } from "../../worker/engine";
import { cutterCall } from "../engines";
import { planAt } from "../guarded";
import * as store from "../store";
import { CUT_ALONE } from "../url";
import { scope } from "./bench";
import { judgePlan } from "./judge";
import { Token, wasStopped } from "./progress";

export interface Figure {
  /** MACs removed, in percent: plans come in steps, so not every criterion can meet the target. */
  macs: number;
  /** Accuracy, or agreement where there are no labels, in 0 to 1. */
  quality: number;
}

/** What goes well with a criterion. */
export function suits(criterion: Criterion): Compensation {
  if (criterion === "probability") return "shift";
  return criterion === "recommended" || criterion === "influence" ? "moments" : "mean";
}

const found = signal<{ key: string; figures: ReadonlyMap<Criterion, Figure> }>({ key: "", figures: new Map() });
export const judgingMethods = signal(false);
export const methodsProblem = signal("");

/** The cut that all are held to, and what it is measured on. */
const key = computed(() => {
  const macs = store.shown.value?.preview.macs;
  return scope.value && macs ? `${scope.value.key}${removedPercent(macs).toFixed(1)}` : "";
});

export const methodFigures = computed(() =>
  found.value.key !== "" && found.value.key.startsWith(scope.value?.key ?? "-") ? found.value.figures : new Map(),
);

/** The best of those that are there; null while there are fewer than two to choose from. */
export const bestMethod = computed<Criterion | null>(() => {
  const all = [...(methodFigures.value as ReadonlyMap<Criterion, Figure>)];
  const best = all.reduce<[Criterion, Figure] | null>((a, b) => (a && a[1].quality >= b[1].quality ? a : b), null);
  return all.length > 1 && best ? best[0] : null;
});

export async function judgeMethods(): Promise<void> {
  const [of, at, macs] = [scope.value, key.value, store.shown.value?.preview.macs];
  if (!of || !macs || judgingMethods.value) return;
  const percent = removedPercent(macs);
  const token = new Token();
  judgingMethods.value = true;
  methodsProblem.value = "";
  found.value = { key: at, figures: new Map() };
  try {
    for (const criterion of CUT_ALONE) {
      if (!store.isKnown(criterion)) continue;
      const base = { ...store.options.value, criterion, compensation: suits(criterion) };
      const solved = await cutterCall((core) => core.solveMacs(base, percent));
      const plan = planAt(solved.amount, base);
      const { against } = await judgePlan(plan, { of, token, urgent: true });
      if (scope.value?.key !== of.key || !against) return;
      const figure = { macs: solved.removed, quality: against.accuracy ?? against.agreement };
      found.value = { key: at, figures: new Map(found.peek().figures).set(criterion, figure) };
    }
  } catch (error) {
    if (!wasStopped(error)) methodsProblem.value = sentence(error);
  } finally {
    token.end();
    judgingMethods.value = false;
  }
}
