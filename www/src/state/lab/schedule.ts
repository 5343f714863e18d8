/** What a sweep consists of: its curves, their candidates, and which of them is judged next. */
import { between, nextCandidate, tidyKnob } from "../../lib/knobs";
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
  /** Nothing is left that would be worth a judgement; that may be fewer points than wanted. */
  complete: boolean;
}

export function planOf(of: Sweep, curve: CurveChoice, knob: number): WholePlan {
  const { criterion, compensation } = curve;
  const amount = criterion === "probability" ? { threshold: knob } : { share: knob };
  return { ...of.base, criterion, compensation, ...amount };
}

/** More candidates than points, so that these can go where something happens. */
const CANDIDATES_PER_POINT = 4;
/** Halving a gap so often makes it as narrow as the others, or shows that there is no plan inside. */
const ROUNDS = 5;

async function priced(plan: WholePlan, knob: number): Promise<PlannedPoint> {
  const at = { ...plan, threshold: knob, share: knob };
  const { channels, params, macs } = (await cutterCall((core) => core.preview(at, null))).preview;
  return { knob, channels, params, macs };
}

/** Which plans a curve can consist of: spread over the MACs that can go as evenly as there are plans. */
async function candidates(plan: WholePlan, wanted: number, mine: Token): Promise<PlannedPoint[]> {
  const count = CANDIDATES_PER_POINT * (wanted - 1) + 1;
  const knobs = await cutterCall((core) => core.sweepKnobs(plan, count));
  let points: PlannedPoint[] = [];
  for (const knob of new Set([...knobs].map((it) => tidyKnob(it, plan.criterion)))) {
    points.push(await priced(plan, knob));
    mine.check();
  }
  for (let round = 0; round < ROUNDS; round++) {
    const more = await inGaps(points, plan, count, mine);
    if (more.length === 0) break;
    points = [...points, ...more].sort((a, b) => b.macs.after - a.macs.after);
  }
  return points;
}

/** Plans in the middle of gaps that are wider than `count` even ones would have. */
async function inGaps(
  points: readonly PlannedPoint[],
  plan: WholePlan,
  count: number,
  mine: Token,
): Promise<PlannedPoint[]> {
  const macs = points.map((it) => it.macs.after);
  const even = (Math.max(...macs) - Math.min(...macs)) / Math.max(1, count - 1);
  const found: PlannedPoint[] = [];
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1]!, points[i]!];
    const knob = between(a.knob, b.knob, plan.criterion);
    if (a.macs.after - b.macs.after < 1.5 * even || knob === a.knob || knob === b.knob) continue;
    const one = await priced(plan, knob);
    mine.check();
    if (one.channels.after !== a.channels.after && one.channels.after !== b.channels.after) found.push(one);
  }
  return found;
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
    const plan = { ...base, ...choice };
    const known = knobs.get(choice.criterion);
    const points: PlannedPoint[] = known ? [] : await candidates(plan, wanted, mine);
    for (const knob of known ?? []) {
      points.push(await priced(plan, knob));
      mine.check();
    }
    knobs.set(choice.criterion, known ?? points.map((it) => it.knob));
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
