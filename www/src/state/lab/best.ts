/** "Lose at most half a point", by any method: the three that remove most, each judged on the same images. */
import { batch, computed, signal } from "@preact/signals";
import type { Against, Compensation, Criterion } from "../../wasm/core";
import { words } from "../../words";
import { sentence } from "../../worker/engine";
import { cutterCall } from "../engines";
import { knobOf, planAt } from "../guarded";
import { setAmount } from "../planning";
import * as store from "../store";
import { CUT_ALONE } from "../url";
import { scope } from "./bench";
import { holds, type Pledge } from "./guard";
import { judgePlan } from "./judge";
import { suits } from "./methods";
import { Clock, type Progress, Token, wasStopped } from "./progress";

export interface Answer {
  criterion: Criterion;
  compensation: Compensation;
  knob: number;
  /** MACs removed, in percent. */
  macs: number;
  against: Against;
}

/** As many as fit beside each other. */
const SHOWN = 3;
/** Halvings of the way from what holds to what does not: to about three percent of the MACs. */
const HALVINGS = 5;
const DEEPEST = 95;
/** A method that cannot go at least so much deeper than the third is no answer. */
const BETTER = 1;

const found = signal<{ of: string; answers: Answer[] }>({ of: "", answers: [] });
export const searching = signal<Progress | null>(null);
export const searchProblem = signal("");
/** The last search came to its end. */
const ended = signal("");

const key = computed(() => scope.value?.key ?? "");
export const bestAnswers = computed(() => (found.value.of === key.value ? found.value.answers : []));
export const searched = computed(() => key.value !== "" && ended.value === key.value);

let token: Token | null = null;

export function stopSearch(): void {
  token?.stop();
  searching.value = null;
}

export async function searchMethods(limit: number): Promise<void> {
  const of = scope.value;
  if (!of || token) return;
  const mine = new Token();
  token = mine;
  const methods = CUT_ALONE.filter((it) => it !== "random" && store.isKnown(it));
  const clock = new Clock(methods.length);
  searchProblem.value = "";
  ended.value = "";
  found.value = { of: of.key, answers: [] };
  searching.value = clock.at(0);
  try {
    for (const [i, criterion] of methods.entries()) {
      const least = found.peek().answers[SHOWN - 1]?.macs ?? 0;
      const answer = await deepest(criterion, limit, least, mine);
      if (scope.peek()?.key !== of.key) return;
      const answers = answer ? [...found.peek().answers, answer] : found.peek().answers;
      found.value = { of: of.key, answers: answers.sort((a, b) => b.macs - a.macs).slice(0, SHOWN) };
      searching.value = clock.at(i + 1);
    }
    ended.value = of.key;
  } catch (error) {
    if (!wasStopped(error)) searchProblem.value = sentence(error);
  } finally {
    mine.end();
    if (token === mine) token = null;
    searching.value = null;
  }
}

/** The deepest cut of one method that holds, if it goes deeper than `least`. */
async function deepest(criterion: Criterion, limit: number, least: number, mine: Token): Promise<Answer | null> {
  const compensation = suits(criterion);
  const base = { ...store.options.peek(), criterion, compensation, per: "own" as const };
  let best: Answer | null = null;
  const attempt = async (percent: number): Promise<boolean> => {
    mine.check();
    const of = scope.peek();
    if (!of) return false;
    const solved = await cutterCall((core) => core.solveMacs(base, percent));
    const plan = planAt(solved.amount, base);
    const { against } = await judgePlan(plan, { of, token: mine, urgent: true });
    if (!against) throw words.lab.guard.notEvaluated;
    const kind = against.difference === null ? "agreement" : "loss";
    const pledge: Pledge = { kind, limit: kind === "loss" ? limit : 100 - limit, sure: false };
    if (!holds(pledge, against) || solved.removed < least) return false;
    if (!best || solved.removed > best.macs) {
      best = { criterion, compensation, knob: knobOf(plan), macs: solved.removed, against };
    }
    return true;
  };
  // Most methods end here: they cannot even reach what three others do.
  if (least > 0 && !(await attempt(least + BETTER))) return null;
  let [low, high] = [least, DEEPEST];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (await attempt(middle)) low = middle;
    else high = middle;
  }
  return best;
}

export function useAnswer(of: Answer): void {
  batch(() => {
    store.controls.criterion.value = of.criterion;
    store.controls.compensation.value = of.compensation;
    store.controls.per.value = "own";
    setAmount(of.knob, performance.now());
  });
}
