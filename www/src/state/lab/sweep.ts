/**
 * Curves: many plans of several criteria and compensations, judged in the background, coarse first.
 * Each finished point is kept, so a reload, another network and back, or a stop costs one point at most.
 */
import { batch, computed, effect, signal } from "@preact/signals";
import { keep, kept } from "../../lib/keep";
import { coarseToFine, tidyKnob } from "../../lib/knobs";
import type { Change, Compensation, Criterion, Evaluation } from "../../wasm/core";
import { sentence } from "../../worker/engine";
import { cutterCall } from "../engines";
import { keyOf, options, type WholePlan } from "../store";
import { type Scope, scope } from "./bench";
import { judgePlan } from "./judge";
import { Clock, type Progress, Token, wasStopped } from "./progress";
import { ready, results } from "./results";

export interface CurveChoice {
  criterion: Criterion;
  compensation: Compensation;
}

export interface PlannedPoint {
  knob: number;
  channels: Change;
  params: Change;
  macs: Change;
}

export interface SweptCurve extends CurveChoice {
  points: PlannedPoint[];
}

export interface Sweep {
  /** What all plans share: guards, locks, seed. */
  base: WholePlan;
  curves: SweptCurve[];
  /** Goes on by itself after a reload; false once finished or stopped by the user. */
  running: boolean;
}

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

const VERSION = "1";
const keyIn = (of: Scope) => `sweep|${VERSION}|${of.key}`;

export function planOf(of: Sweep, curve: CurveChoice, knob: number): WholePlan {
  const { criterion, compensation } = curve;
  const amount = criterion === "probability" ? { threshold: knob } : { share: knob };
  return { ...of.base, criterion, compensation, ...amount };
}

export interface JudgedPoint extends PlannedPoint {
  plan: WholePlan;
  result: Evaluation | null;
}

export interface JudgedCurve extends CurveChoice {
  points: JudgedPoint[];
}

/** What the chart draws: points as far as they are judged. */
export const curves = computed<JudgedCurve[]>(() => {
  const of = sweep.value;
  if (!of) return [];
  return of.curves.map((curve) => ({
    criterion: curve.criterion,
    compensation: curve.compensation,
    points: curve.points.map((it) => {
      const plan = planOf(of, curve, it.knob);
      return { ...it, plan, result: results.value.get(keyOf(plan)) ?? null };
    }),
  }));
});

let token: Token | null = null;

/** Which plans a curve consists of: spread evenly over the MACs that can go. */
async function layOut(choice: CurveChoice, base: WholePlan, points: number): Promise<SweptCurve> {
  const start = { ...base, ...choice };
  const knobs = await cutterCall((core) => core.sweepKnobs(start, points));
  const tidy = [...new Set([...knobs].map((it) => tidyKnob(it, choice.criterion)))];
  const laid: PlannedPoint[] = [];
  for (const knob of tidy) {
    const plan = { ...start, threshold: knob, share: knob };
    const { channels, params, macs } = (await cutterCall((core) => core.preview(plan, null))).preview;
    laid.push({ knob, channels, params, macs });
  }
  return { ...choice, points: laid };
}

export async function startSweep(): Promise<void> {
  const of = scope.value;
  if (!of || token || chosenCurves.value.length === 0) return;
  const base = { ...options.value };
  const mine = begin();
  try {
    const laid: SweptCurve[] = [];
    for (const choice of chosenCurves.value) {
      laid.push(await layOut(choice, base, pointsPerCurve.value));
      mine.check();
    }
    if (scope.value?.key !== of.key) return;
    store(of, { base, curves: laid, running: true });
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
    sweepNews.value = "Stopped.";
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
  const plans = interleaved(held).map((it) => planOf(held, it.curve, it.knob));
  const known = () => plans.filter((it) => results.peek().has(keyOf(it))).length;
  const clock = new Clock(plans.length, known());
  sweeping.value = clock.at(known());
  for (const plan of plans) {
    await judgeBetween(plan, of, mine);
    if (scope.value?.key !== of.key) return;
    if (!mine.stopped) sweeping.value = clock.at(known());
  }
  store(of, { ...held, running: false });
  sweepNews.value = "All points of the curves are there.";
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

function interleaved(of: Sweep): { curve: SweptCurve; knob: number }[] {
  const longest = Math.max(0, ...of.curves.map((it) => it.points.length));
  return coarseToFine(longest).flatMap((i) =>
    of.curves.flatMap((curve) => (curve.points[i] ? [{ curve, knob: curve.points[i].knob }] : [])),
  );
}

/** Takes up what was begun for the network and data that are open. */
export function startSweeping(): void {
  let seen = "";
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
    void takeUp(of);
  });
}

async function takeUp(of: Scope): Promise<void> {
  const held = (await kept<Sweep | null>(keyIn(of))).get("");
  if (!held || scope.value?.key !== of.key || sweep.value) return;
  sweep.value = held;
  // The sweep before may still be stopping.
  while (token) await new Promise((resolve) => setTimeout(resolve, 50));
  if (held.running && scope.value?.key === of.key && sweep.value === held) await continueSweep();
}
