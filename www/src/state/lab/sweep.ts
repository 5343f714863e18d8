/**
 * Curves: many plans of several criteria and compensations, judged in the background. Which plans are
 * judged follows from what was judged before, see `nextCandidate`. Each finished point is kept, so a
 * reload, another network and back, or a stop costs one point at most.
 */

import { batch, computed, effect, signal } from "@preact/signals";
import { keep, kept } from "../../lib/keep";
import type { Evaluation } from "../../wasm/core";
import { words } from "../../words";
import { sentence } from "../../worker/engine";
import { keyOf, options, type WholePlan } from "../store";
import { type Scope, scope } from "./bench";
import { judgePlan } from "./judge";
import { Clock, type Progress, Token, wasStopped } from "./progress";
import { ready, results } from "./results";
import { type CurveChoice, extent, layOut, nextPlans, type PlannedPoint, planOf, type Sweep } from "./schedule";

/** Does the fold matter? The paper's claim as a picture. */
export const FOLD_QUESTION: CurveChoice[] = [
  { criterion: "probability", compensation: "shift" },
  { criterion: "probability", compensation: "none" },
];

export const POINTS = [7, 13, 25] as const;

export const chosenCurves = signal<CurveChoice[]>(FOLD_QUESTION);
export const pointsPerCurve = signal<number>(13);
export const sweep = signal<Sweep | null>(null);
export const sweeping = signal<Progress | null>(null);
export const sweepProblem = signal("");
export const sweepNews = signal("");

const VERSION = "2";
const keyIn = (of: Scope) => `sweep|${VERSION}|${of.key}`;

export interface JudgedPoint extends PlannedPoint {
  plan: WholePlan;
  result: Evaluation;
}

export interface JudgedCurve extends CurveChoice {
  points: JudgedPoint[];
}

/** What the chart draws: the judged points. */
export const curves = computed<JudgedCurve[]>(() => {
  const of = sweep.value;
  if (!of) return [];
  return of.curves.map((curve) => ({
    criterion: curve.criterion,
    compensation: curve.compensation,
    points: curve.points.flatMap((it) => {
      const plan = planOf(of, curve, it.knob);
      const result = results.value.get(keyOf(plan));
      return result ? [{ ...it, plan, result }] : [];
    }),
  }));
});

let token: Token | null = null;

export async function startSweep(): Promise<void> {
  const of = scope.value;
  if (!of || token || chosenCurves.value.length === 0) return;
  const base = { ...options.value };
  const mine = begin();
  try {
    const laid = await layOut(chosenCurves.value, base, pointsPerCurve.value, mine);
    if (scope.value?.key !== of.key) return;
    store(of, { base, curves: laid, wanted: pointsPerCurve.value, running: true, complete: false });
    await run(of, mine);
  } catch (error) {
    ended(error, of);
  } finally {
    end(mine);
  }
}

export async function continueSweep(): Promise<void> {
  const [of, held] = [scope.value, sweep.value];
  if (!of || !held || token) return;
  const mine = begin();
  store(of, { ...held, running: true });
  try {
    await run(of, mine);
  } catch (error) {
    ended(error, of);
  } finally {
    end(mine);
  }
}

/** Ends it for good; what is judged stays. */
export function stopSweep(): void {
  const [of, held] = [scope.value, sweep.value];
  token?.stop();
  sweeping.value = null;
  if (of && held?.running) store(of, { ...held, running: false });
}

export function clearSweep(): void {
  stopSweep();
  const of = scope.value;
  if (of) void keep(keyIn(of), null);
  sweep.value = null;
}

function begin(): Token {
  token = new Token();
  sweepProblem.value = "";
  sweepNews.value = "";
  sweeping.value = { done: 0, total: 1, left: null };
  return token;
}

function end(mine: Token): void {
  mine.end();
  if (token !== mine) return;
  token = null;
  sweeping.value = null;
}

function ended(error: unknown, of: Scope): void {
  if (wasStopped(error)) {
    sweepNews.value = words.page.stopped;
    return;
  }
  sweepProblem.value = sentence(error);
  const held = sweep.value;
  if (held && scope.value?.key === of.key) store(of, { ...held, running: false });
}

function store(of: Scope, next: Sweep): void {
  sweep.value = next;
  void keep(keyIn(of), next);
}

async function run(of: Scope, mine: Token): Promise<void> {
  const held = sweep.value!;
  const clock = new Clock(extent(held).total, extent(held).done);
  sweeping.value = clock.at(extent(held).done);
  for (let plans = nextPlans(held); plans.length > 0; plans = nextPlans(held)) {
    for (const plan of plans) {
      await judgeBetween(plan, of, mine);
      if (scope.value?.key !== of.key) return;
      if (!mine.stopped) sweeping.value = clock.at(extent(held).done);
    }
  }
  store(of, { ...held, running: false, complete: true });
  sweepNews.value = words.lab.curves.news;
}

/** Makes room for what the user asks for, and comes back to the same point afterwards. */
async function judgeBetween(plan: WholePlan, of: Scope, mine: Token): Promise<void> {
  for (;;) {
    mine.check();
    try {
      await judgePlan(plan, { of, token: mine, urgent: false });
      return;
    } catch (error) {
      if (!wasStopped(error) || mine.stopped) throw error;
    }
  }
}

/** Takes up what was begun for the network and data that are open. */
export function startSweeping(): void {
  let seen = "";
  let reloaded = true;
  effect(() => {
    const of = scope.value;
    const key = of && ready.value === of.key ? of.key : "";
    if (key === seen) return;
    seen = key;
    token?.stop();
    batch(() => {
      sweep.value = null;
      sweeping.value = null;
    });
    if (!of || !key) return;
    // After a reload it goes on. Coming back to a network is no request to go on.
    void takeUp(of, reloaded);
    reloaded = false;
  });
}

async function takeUp(of: Scope, goOn: boolean): Promise<void> {
  const held = (await kept<Sweep | null>(keyIn(of))).get("");
  if (!held || scope.value?.key !== of.key || sweep.value) return;
  if (held.running && !goOn) {
    store(of, { ...held, running: false });
    return;
  }
  sweep.value = held;
  // The sweep before may still be stopping.
  while (token) await new Promise((resolve) => setTimeout(resolve, 50));
  if (held.running && scope.value?.key === of.key && sweep.value === held) await continueSweep();
}
