/**
 * "Lose at most half a point": the largest pruning, by the criterion on the page, that keeps a pledge
 * on the labelled images. Then the knob is set there, and the interval says how much the images prove.
 */

import { batch, signal } from "@preact/signals";
import type { Against, Change, Evaluation } from "../../wasm/core";
import { words } from "../../words";
import type { GuardStep } from "../../worker/api";
import { sentence } from "../../worker/engine";
import { changed } from "../changes";
import { cutterCall } from "../engines";
import { knobOf, searchLargest } from "../guarded";
import { setAmount } from "../planning";
import { keyOf, options, type WholePlan } from "../store";
import { scope } from "./bench";
import { judgePlan } from "./judge";
import { Clock, type Progress, Token, wasStopped } from "./progress";

export type GuardKind = "loss" | "agreement";

export interface Pledge {
  kind: GuardKind;
  /** Points of accuracy that may be lost, or percent of images on which both must agree. */
  limit: number;
  /** Whether the whole 95 % interval must keep it, not only the images at hand. */
  sure: boolean;
}

export interface Tried {
  plan: WholePlan;
  knob: number;
  macs: Change;
  result: Evaluation;
  holds: boolean;
}

export interface Found {
  pledge: Pledge;
  best: Tried | null;
}

export const pledge = signal<Pledge>({ kind: "loss", limit: 0.5, sure: false });
export const guarding = signal<Progress | null>(null);
export const tried = signal<Tried[]>([]);
export const found = signal<Found | null>(null);
export const guardProblem = signal("");

/** Scanned evenly first: accuracy against pruning is not monotone on every network. */
const SCANNED = 9;
const REFINED = 6;

export function holds(of: Pledge, against: Against): boolean {
  if (of.kind === "agreement") {
    const value = of.sure ? against.agreement_interval[0] : against.agreement;
    return 100 * value >= of.limit;
  }
  const value = of.sure ? against.difference_interval?.[0] : against.difference;
  // A hair's breadth: 0.5 points of 1,000 images are 5 images, and 5/1000 is no binary fraction.
  return value !== undefined && value !== null && 100 * value >= -of.limit - 1e-9;
}

let token: Token | null = null;

export async function searchGuard(): Promise<void> {
  const of = scope.value;
  if (!of || token) return;
  const mine = new Token();
  token = mine;
  const wanted = pledge.value;
  const base = { ...options.value };
  guardProblem.value = "";
  tried.value = [];
  found.value = null;
  guarding.value = { done: 0, total: 1, left: null };
  try {
    const knobs = await cutterCall((core) => core.sweepKnobs(base, SCANNED));
    let clock: Clock | null = null;
    const holds = async (plan: WholePlan, { done, total }: GuardStep) => {
      mine.check();
      clock ??= new Clock(total);
      guarding.value = clock.at(done);
      const one = await attempt(plan, wanted, { of, token: mine, urgent: true });
      mine.check();
      tried.value = [...tried.value, one].sort((a, b) => b.macs.after - a.macs.after);
      return one.holds;
    };
    const best = await searchLargest({ base, knobs, steps: REFINED, call: cutterCall, holds });
    if (keyOf({ ...options.value, threshold: 0, share: 0 }) !== keyOf({ ...base, threshold: 0, share: 0 })) return;
    settle(wanted, best);
  } catch (error) {
    if (!wasStopped(error)) guardProblem.value = sentence(error);
  } finally {
    mine.end();
    if (token === mine) {
      token = null;
      guarding.value = null;
    }
  }
}

async function attempt(plan: WholePlan, wanted: Pledge, request: Parameters<typeof judgePlan>[1]): Promise<Tried> {
  const { macs } = (await cutterCall((core) => core.preview(plan, null))).preview;
  const result = await judgePlan(plan, request);
  const { against } = result;
  if (!against) throw words.lab.guard.notEvaluated;
  if (wanted.kind === "loss" && against.difference === null) {
    throw words.lab.guard.noLabels;
  }
  return { plan, knob: knobOf(plan), macs, result, holds: holds(wanted, against) };
}

function settle(wanted: Pledge, knob: number | null): void {
  const best = tried.value.find((it) => it.knob === knob && it.holds) ?? null;
  found.value = { pledge: wanted, best };
  if (!best) return;
  const before = knobOf(options.value);
  setAmount(best.knob, performance.now());
  if (best.knob !== before) changed(words.dial.changedBy(words.lab.guard.name, before, best.knob));
}

/** Another network or other images: what was found on the last ones does not hold here. */
export function forgetGuard(): void {
  stopGuard();
  batch(() => {
    guardProblem.value = "";
    tried.value = [];
    found.value = null;
  });
}

export function stopGuard(): void {
  token?.stop();
  guarding.value = null;
}
