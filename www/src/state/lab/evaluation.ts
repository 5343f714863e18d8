/** Both networks on the labelled images: what the page shows is of exactly the plan on the page. */

import { computed, signal } from "@preact/signals";
import { addRecords, emptyTally, type Tally } from "../../lib/tally";
import { words } from "../../words";
import { sentence } from "../../worker/engine";
import { current } from "../proof";
import { keyOf, noticeText, options, planKey } from "../store";
import { scope } from "./bench";
import { fileKey, judgeFile, judgePlan } from "./judge";
import { Clock, type Progress, Token, wasStopped } from "./progress";
import { type Dated, resultOf, results } from "./results";

export const evaluating = signal<Progress | null>(null);
const counted = signal<{ plan: string; tally: Tally } | null>(null);
/** What was counted so far of the plan on the page: a drag may have left the one that is being judged. */
export const soFar = computed(() => (counted.value?.plan === planKey.value ? counted.value.tally : null));
export const evaluationProblem = signal("");
/** What the last evaluation came to, for those who do not see the page. */
export const evaluationNews = signal("");

/** The last plan that was evaluated on these images, whatever the plan is now. */
export const lastEvaluated = signal<Dated | null>(null);

export const planResult = computed(() => resultOf(options.value));

/** The repaired network, if that is what the page would let the user take home. */
const repaired = computed(() => {
  const made = current.value;
  return made && (made.repairedOn > 0 || made.plan.criterion === "reconstruction") ? made : null;
});
const repairedKey = signal<{ bytes: Blob; key: string } | null>(null);

export const hasRepaired = computed(() => repaired.value !== null);
export const repairedResult = computed(() => {
  const of = repairedKey.value;
  return of && of.bytes === repaired.value?.bytes ? (results.value.get(of.key) ?? null) : null;
});

/** The original's numbers do not depend on the plan: any result has them. */
export const originalResult = computed(
  () => planResult.value ?? repairedResult.value ?? results.value.values().next().value ?? null,
);

let token: Token | null = null;

let unasked = false;

/** `auto`: the page judges by itself, and nobody misses it when it ends. */
export async function evaluate(auto = false): Promise<void> {
  const of = scope.value;
  // What is cut by reconstruction is judged once it is repaired, never before.
  const whole = options.value.criterion === "reconstruction";
  if (!of || token || (whole && !repaired.value)) return;
  const mine = new Token();
  token = mine;
  unasked = auto;
  evaluationProblem.value = "";
  evaluationNews.value = "";
  const plan = options.value;
  const product = repaired.value;
  const steps = (planResult.value || whole ? 0 : 1) + (product && !repairedResult.value ? 1 : 0);
  const clock = new Clock(of.images * Math.max(1, steps));
  let tally = emptyTally();
  let before = 0;
  evaluating.value = clock.at(0);
  const heard = (records: Float64Array) => {
    tally = addRecords(tally, records);
    if (mine.stopped) return;
    counted.value = { plan: keyOf(plan), tally };
    evaluating.value = clock.at(before + tally.images);
  };
  const request = { of, token: mine, urgent: true, heard };
  try {
    if (!whole) await judgePlan(plan, request);
    if (product) {
      before = (whole || planResult.peek()) && steps === 1 ? 0 : of.images;
      tally = emptyTally();
      const key = await fileKey(product.bytes);
      repairedKey.value = { bytes: product.bytes, key };
      await judgeFile(key, async () => product.bytes, request);
    }
    const result = whole ? repairedResult.peek() : resultOf(plan);
    if (result) lastEvaluated.value = result;
    evaluationNews.value = words.lab.evaluation.news;
  } catch (error) {
    if (!wasStopped(error)) evaluationProblem.value = sentence(error);
    else evaluationNews.value = words.page.stopped;
  } finally {
    mine.end();
    if (token === mine) {
      token = null;
      evaluating.value = null;
      counted.value = null;
    }
  }
}

/** Another network or other images: what was said of the last ones is over. */
export function forgetEvaluation(): void {
  if (token && !token.stopped && !unasked) noticeText.value = words.lab.evaluation.ended;
  lastEvaluated.value = null;
  stopEvaluation();
  evaluationProblem.value = "";
  evaluationNews.value = "";
}

export function stopEvaluation(): void {
  token?.stop();
  evaluating.value = null;
  counted.value = null;
}
