/**
 * From an input event to a painted plan. At most one preview is under way; while it is, only the
 * latest request is kept. Tables that need the whole plan follow once the dragging rests.
 */

import { batch, computed, effect, untracked } from "@preact/signals";
import { percent as percentText } from "../lib/format";
import { identityOf } from "../lib/identity";
import { latest } from "../lib/latest";
import { HIGHEST, LOWEST, logit, thresholdAt } from "../lib/logit";
import { measure } from "../lib/measure";
import { negated, sortRows } from "../lib/order";
import { words } from "../words";
import { EngineLost, sentence } from "../worker/engine";
import { alertOf, changed, succeeded } from "./changes";
import { mostInteresting } from "./cursor";
import { plannerCall, plannerUnstable, withOrigin } from "./engines";
import * as store from "./store";

const REST_MS = 140;

/** Time of the oldest input event that no painted plan has answered yet. */
let waiting: number | null = null;
let rest = 0;

/** Time stamp of the input event that is just changing the options. */
let cause: number | null = null;

/** Asks for a plan of the current options. */
function requestPlan(): void {
  waiting ??= cause ?? performance.now();
  void answer();
}

/** The channel's description is due. */
let detailStale = false;

function requestDetail(): void {
  detailStale = true;
  void answer();
}

/** The plan first, then what was asked about the channel; whatever came meanwhile goes before it. */
const answer = latest(async () => {
  while (store.model.value) {
    if (waiting !== null) {
      const since = waiting;
      waiting = null;
      detailStale = true;
      await step(since);
    } else if (detailStale) {
      detailStale = false;
      await describeSelected();
    } else break;
  }
});

/** The channel view costs more than the plan itself, so it gives way to the next drag step. */
async function describeSelected(): Promise<void> {
  const { model, options, screen, live } = store;
  const [of, at] = [model.value, screen.selected.value];
  if (!at) {
    live.detail.value = null;
    return;
  }
  try {
    const result = await plannerCall((core) => core.channel(at[0], at[1], options.value));
    if (model.value === of && screen.selected.value === at) live.detail.value = result;
    if (waiting === null) succeeded("plan");
  } catch (error) {
    failed(error, of, at);
  }
}

async function step(since: number): Promise<void> {
  const { model, options, live, screen } = store;
  const [of, at, wanted] = [model.value, screen.selected.value, options.value];
  try {
    const { answer: result, origin } = await withOrigin(plannerCall, (core) => core.preview(wanted, at));
    const identity = identityOf(origin, wanted);
    // A measurement that is under way has the planner count on more than the page shows; its end asks again.
    if (model.value !== of || identity !== identityOf(store.origin.value, wanted)) return;
    batch(() => {
      live.drag.value = { ...result, identity };
      if (screen.selected.value !== at || (at && !result.detail)) return;
      live.detail.value = result.detail;
      detailStale = false;
    });
    succeeded("plan");
    // Views render in a microtask after their signals change; the measure ends behind that.
    for (let turn = 0; turn < 4; turn++) await Promise.resolve();
    measure("plan", since);
    suggest(of);
    clearTimeout(rest);
    rest = window.setTimeout(settle, REST_MS);
  } catch (error) {
    failed(error, of, at);
  }
}

let suggestedFor: unknown = null;

/** Opens a telling channel once per network, so that the channel view is never an empty box. */
function suggest(of: store.Model | null): void {
  if (suggestedFor === of) return;
  suggestedFor = of;
  if (store.screen.selected.value === null) store.screen.selected.value = mostInteresting();
}

function failed(error: unknown, of: store.Model | null, at: [number, number] | null): void {
  if (error instanceof EngineLost) {
    if (plannerUnstable()) {
      waiting = null;
      store.alertText.value = words.plan.unstable;
    } else {
      waiting ??= performance.now();
    }
    return;
  }
  // The planner has the next network before the page shows it; what was asked of the last one is over.
  if (store.openings.value > 0 || store.model.value !== of || store.screen.selected.value !== at) return;
  alertOf("plan", sentence(error));
}

/** What need not follow the finger: the full plan, for tables. */
async function settle(): Promise<void> {
  const of = store.model.value;
  const wanted = store.options.value;
  try {
    const { answer, origin } = await withOrigin(plannerCall, (core) => core.plan(wanted));
    const identity = identityOf(origin, wanted);
    if (store.model.value === of && store.identity.value === identity) store.live.plan.value = { ...answer, identity };
  } catch (error) {
    if (error instanceof EngineLost || store.openings.value > 0 || store.model.value !== of) return;
    alertOf("plan", sentence(error));
  }
}

/** Sorts the map's rows for the current criterion. */
export async function refreshOrder(): Promise<void> {
  const { model, controls, live } = store;
  const of = model.value;
  if (!of) return;
  const by = controls.criterion.value;
  const weighed = controls.per.value;
  const options = store.options.value;
  try {
    // The map cuts its rows at τ, by each channel's own P. The picture shows what leaves first, and that is decided for
    // all that a channel is coupled with.
    const own = by === "probability" && store.screen.mode.value === "research";
    const keys = own ? of.probabilities : negated(await plannerCall((core) => core.scores(options)));
    if (model.value !== of || controls.criterion.value !== by || controls.per.value !== weighed) return;
    live.order.value = { ...sortRows(of.overview.sites, keys), by, per: weighed };
    succeeded("order");
  } catch (error) {
    if (error instanceof EngineLost || store.openings.value > 0 || model.value !== of) return;
    alertOf("order", sentence(error));
    if (by !== "probability") controls.criterion.value = "probability";
  }
}

/** Thresholds at even steps of the slider, or shares at even steps. */
function curveAmounts(): number[] {
  const steps = 40;
  return Array.from({ length: steps + 1 }, (_, i) => {
    if (store.takesShare.value) return (0.95 * i) / steps;
    const [low, high] = [logit(LOWEST), logit(HIGHEST)];
    return thresholdAt(low + ((high - low) * i) / steps);
  });
}

/** Costs over the whole range of the slider, in pieces short enough for a drag to slip between. */
export async function refreshCurve(): Promise<void> {
  const of = store.model.value;
  if (!of) return;
  const options = store.options.value;
  const key = curveKey();
  const amounts = curveAmounts();
  const curve = { amounts, params: [] as number[], macs: [] as number[], of: key };
  try {
    for (let i = 0; i < amounts.length; i += 6) {
      const part = await plannerCall((core) => core.curve(options, amounts.slice(i, i + 6)));
      if (store.model.value !== of || curveKey() !== key) return;
      curve.params.push(...part.params);
      curve.macs.push(...part.macs);
    }
    store.live.curve.value = curve;
  } catch {
    // A decoration: the plan itself reports what is wrong.
    store.live.curve.value = null;
  }
}

/** What a curve is of: everything but the amount. */
function curveKey(): string {
  return identityOf(store.origin.value, { ...store.options.value, threshold: 0, share: 0 });
}

/** The curve, once it is of the plan on the page. */
export const curveShown = computed(() => (store.live.curve.value?.of === curveKey() ? store.live.curve.value : null));

/** Once no network is being opened: what is asked for meanwhile is meant for the one that comes. */
function opened(): Promise<void> {
  return new Promise((resolve) => {
    const stop = effect(() => {
      if (store.openings.value > 0) return;
      resolve();
      queueMicrotask(() => stop());
    });
  });
}

/** "−30 % MACs": sets the threshold (or share) that comes nearest. */
export async function solveFor(percent: number): Promise<void> {
  const since = performance.now();
  try {
    await opened();
    const of = store.model.value;
    const key = store.planKey.value;
    const solved = await plannerCall((core) => core.solveMacs(store.options.value, percent));
    // What was asked of another plan or network is no answer for this one.
    if (store.model.value !== of || store.planKey.value !== key) return;
    setAmount(solved.amount, since);
    succeeded("solve");
    changed(solved.reason ? words.dial.closest(percentText(solved.removed), percentText(percent), solved.reason) : "");
  } catch (error) {
    if (error instanceof EngineLost && error.cancelled) return;
    alertOf("solve", sentence(error));
  }
}

/** Keeps map order, curve and plan in step with everything that is not the slider itself. */
export function startPlanning(): void {
  effect(() => {
    // A link, a forgotten measurement or another network can leave a criterion without the images it counts on.
    const by = store.controls.criterion.value;
    if (!store.model.value || store.isKnown(by)) return;
    store.controls.criterion.value = by === "apoz" ? "probability" : "recommended";
    store.noticeText.value = words.dial.imagesFirst(by);
  });
  effect(() => {
    const open = store.model.value;
    store.controls.criterion.value;
    store.controls.seed.value;
    store.controls.per.value;
    store.screen.mode.value;
    if (open) untracked(() => void refreshOrder());
  });
  let timer = 0;
  effect(() => {
    if (!store.model.value) return;
    curveKey();
    clearTimeout(timer);
    timer = window.setTimeout(() => void refreshCurve(), 250);
  });
  effect(() => {
    store.planKey.value;
    if (store.model.value) untracked(requestPlan);
  });
  effect(() => {
    store.screen.selected.value;
    if (store.model.value) untracked(requestDetail);
  });
}

export function setAmount(value: number, since: number): void {
  if (!Number.isFinite(value)) return;
  // The effect on the options asks for the plan; it measures from this event.
  cause = since;
  if (store.takesShare.value) store.controls.share.value = Math.min(0.99, Math.max(0, value));
  else store.controls.threshold.value = Math.min(1, Math.max(0, value));
  cause = null;
}
