/** What a sweep consists of: its curves, their candidates, and which of them is judged next. */
import { nextCandidate, tidyKnob } from "../../lib/knobs";
import type { Change, Compensation, Criterion } from "../../wasm/core";
import { cutterCall } from "../engines";
import { keyOf, type WholePlan } from "../store";
import type { Token } from "./progress";
import { results } from "./results";

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

export function planOf(of: Sweep, curve: CurveChoice, knob: number): WholePlan {
  const { criterion, compensation } = curve;
  const amount = criterion === "probability" ? { threshold: knob } : { share: knob };
  return { ...of.base, criterion, compensation, ...amount };
}

/** More candidates than points, so that these can go where something happens. */
const CANDIDATES_PER_POINT = 4;

/** Which plans a curve can consist of: spread evenly over the MACs that can go. */
async function knobsFor(
  criterion: Criterion,
  compensation: Compensation,
  base: WholePlan,
  wanted: number,
): Promise<number[]> {
  const plan = { ...base, criterion, compensation };
  const count = CANDIDATES_PER_POINT * (wanted - 1) + 1;
  const knobs = await cutterCall((core) => core.sweepKnobs(plan, count));
  return [...new Set([...knobs].map((it) => tidyKnob(it, criterion)))];
}

export async function layOut(
  choices: readonly CurveChoice[],
  base: WholePlan,
  wanted: number,
  mine: Token,
): Promise<SweptCurve[]> {
  const knobs = new Map<Criterion, number[]>();
  const laid: SweptCurve[] = [];
  for (const choice of choices) {
    const { criterion, compensation } = choice;
    if (!knobs.has(criterion)) knobs.set(criterion, await knobsFor(criterion, compensation, base, wanted));
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

/** The next knob of the criterion that has fewest points, for all its curves: these then compare point by point. */
export function nextPlans(of: Sweep): WholePlan[] {
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
