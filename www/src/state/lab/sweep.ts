/**
 * Curves: many plans of several criteria and compensations, judged in the background. Which plans are
 * judged follows from what was judged before, see `nextCandidate`. Each finished point is kept, so a
 * reload, another network and back, or a stop costs one point at most.
 */
import { batch, computed, effect, signal } from "@preact/signals";
import { keep, kept } from "../../lib/keep";
import { nextCandidate, tidyKnob } from "../../lib/knobs";
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

/** Candidates from least to most pruning; curves of one criterion share their knobs. */
export interface SweptCurve extends CurveChoice {
  points: PlannedPoint[];
}

export interface Sweep {
  /** What all plans share: guards, locks, seed. */
  base: WholePlan;
  curves: SweptCurve[];
  /** How many candidates of each curve are to be judged. */
  wanted: number;
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

/** More candidates than points, so that these can go where something happens. */
const CANDIDATES_PER_POINT = 4;

/** Which plans a curve can consist of: spread evenly over the MACs that can go. */
async function knobsFor(criterion: Criterion, compensation: Compensation, base: WholePlan): Promise<number[]> {
  const plan = { ...base, criterion, compensation };
  const count = CANDIDATES_PER_POINT * (pointsPerCurve.value - 1) + 1;
  const knobs = await cutterCall((core) => core.sweepKnobs(plan, count));
  return [...new Set([...knobs].map((it) => tidyKnob(it, criterion)))];
}

async function layOut(choices: readonly CurveChoice[], base: WholePlan, mine: Token): Promise<SweptCurve[]> {
  const knobs = new Map<Criterion, number[]>();
  const laid: SweptCurve[] = [];
  for (const choice of choices) {
    const { criterion, compensation } = choice;
    if (!knobs.has(criterion)) knobs.set(criterion, await knobsFor(criterion, compensation, base));
    const points: PlannedPoint[] = [];
    for (const knob of knobs.get(criterion)!) {
      const plan = { ...base, ...choice, threshold: knob, share: knob };
      const { channels, params, macs } = (await cutterCall((core) => core.preview(plan, null))).preview;
      points.push({ knob, channels, params, macs });
      mine.check();
    }
    laid.push({ ...choice, points });
  }
  return laid;
}

export async function startSweep(): Promise<void> {
  const of = scope.value;
  if (!of || token || chosenCurves.value.length === 0) return;
  const base = { ...options.value };
  const mine = begin();
  try {
    const laid = await layOut(chosenCurves.value, base, mine);
    if (scope.value?.key !== of.key) return;
    store(of, { base, curves: laid, wanted: pointsPerCurve.value, running: true });
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

/** How many points a sweep will have, and how many it has. */
export function extent(of: Sweep): { done: number; total: number } {
  const total = of.curves.reduce((sum, it) => sum + Math.min(of.wanted, it.points.length), 0);
  const done = of.curves.reduce((sum, it) => sum + judgedOf(of, it).filter((y) => y !== null).length, 0);
  return { done: Math.min(done, total), total };
}

/** How well each judged candidate of a curve does; agreement is there without labels too. */
function judgedOf(of: Sweep, curve: SweptCurve): (number | null)[] {
  return curve.points.map((it) => results.value.get(keyOf(planOf(of, curve, it.knob)))?.against?.agreement ?? null);
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
  store(of, { ...held, running: false });
  sweepNews.value = "All points of the curves are there.";
}

/** The next knob of the criterion that has fewest points, for all its curves: these then compare point by point. */
function nextPlans(of: Sweep): WholePlan[] {
  let best: { plans: WholePlan[]; judged: number } | null = null;
  for (const criterion of new Set(of.curves.map((it) => it.criterion))) {
    const curves = of.curves.filter((it) => it.criterion === criterion);
    const known = curves.map((it) => judgedOf(of, it));
    const at = begun(known) ?? nextCandidate(removedBy(curves[0]!), together(known));
    const judged = together(known).filter((y) => y !== null).length;
    if (at === null || (judged >= of.wanted && begun(known) === null)) continue;
    const plans = curves.flatMap((it, c) => (known[c]![at] === null ? [planOf(of, it, it.points[at]!.knob)] : []));
    if (!best || judged < best.judged) best = { plans, judged };
  }
  return best?.plans ?? [];
}

const removedBy = (curve: SweptCurve) => curve.points.map((it) => 1 - it.macs.after / Math.max(1, it.macs.before));

/** A candidate that some curves have and others do not: a stop came in between. */
function begun(known: readonly (number | null)[][]): number | null {
  const at = known[0]!.findIndex((_, i) => new Set(known.map((it) => it[i] === null)).size > 1);
  return at < 0 ? null : at;
}

/** As good as the best of the curves: none of them is cut off early. */
function together(known: readonly (number | null)[][]): (number | null)[] {
  return known[0]!.map((_, i) => {
    const values = known.flatMap((it) => it[i] ?? []);
    return values.length > 0 ? Math.max(...values) : null;
  });
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
