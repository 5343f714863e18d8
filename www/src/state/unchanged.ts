/**
 * The largest cut at which every image under Proof keeps its top-1: searched by the plan's own criterion and
 * compensation in the runner, then set as the plan and run by both networks, so that the proof stands below it.
 */
import { computed, signal } from "@preact/signals";
import { identityOf } from "../lib/identity";
import type { Change, Plan, Prediction } from "../wasm/core";
import { words } from "../words";
import type { GuardStep } from "../worker/api";
import { sentence } from "../worker/engine";
import { changed } from "./changes";
import { runnerCall, runnerGeneration, sameRunner, stopRunner } from "./engines";
import { knobOf, searchLargest } from "./guarded";
import { withJob } from "./jobs";
import { type Picture, pictures } from "./pictures";
import { setAmount } from "./planning";
import { alone, answers, runPictures, sameClass } from "./proof";
import * as store from "./store";
import { inferOn } from "./trials";

/** The first image whose answer a plan changes. */
interface Turned {
  picture: Picture;
  from: string;
  to: string;
}

export interface Attempt {
  knob: number;
  macs: Change;
  params: Change;
  turned: Turned | null;
  /** Why the plan can not be carried out. */
  refused: string;
}

export interface Outcome {
  of: Blob | null;
  base: string;
  images: number;
  unread: number;
  /** The largest that holds, and the next larger one that was tried. */
  best: Attempt | null;
  beyond: Attempt | null;
  /** From the least that goes to the most. */
  tried: Attempt[];
}

const last = signal<Outcome | null>(null);

/** What was found for another network says nothing here. */
export const outcome = computed(() => (last.value?.of === store.model.value?.blob ? last.value : null));

/** Whether there is a top-1 at all; null where only a run will tell. */
export const namesClasses = computed<boolean | null>(() => {
  const outputs = store.model.value?.overview.model.outputs;
  if (!outputs) return null;
  if (outputs.length !== 1) return false;
  // The first axis counts images.
  const axes = outputs[0]!.shape.slice(1).filter((it) => it !== "1");
  if (axes.some((it) => !/^\d+$/.test(it))) return null;
  return axes.length === 1;
});

/** Everything a search depends on besides the knob it turns. */
function baseKey(): string {
  const plan = identityOf(store.origin.value, { ...store.options.value, threshold: 0, share: 0 });
  const images = pictures.value.map((it) => it.id);
  return JSON.stringify([plan, images, store.preset.value]);
}

/** Whether the outcome speaks of what the page shows now. */
export const outcomeCurrent = computed(() => {
  const it = outcome.value;
  return it !== null && it.base === baseKey() && (!it.best || it.best.knob === store.amount.value);
});

/** A slot of the runner that no panel uses. */
const SLOT = 4;
const SCANNED = 24;
const REFINED = 10;

interface Asked {
  picture: Picture;
  answer: Prediction;
}

export function findUnchanged(): Promise<void> {
  return alone(async () => {
    const base = { ...store.options.value };
    const key = baseKey();
    last.value = null;
    const found = await withJob(words.unchanged.reading, stopRunner, (progress) => search(base, key, progress));
    if (baseKey() !== key || knobOf(store.options.value) !== knobOf(base)) throw words.unchanged.moved;
    if (found.best) {
      setAmount(found.best.knob, performance.now());
      if (found.best.knob !== knobOf(base))
        changed(words.dial.changedBy(words.unchanged.find, knobOf(base), found.best.knob));
      await runPictures();
      const turned = answers.value.filter((it) => it.agree === false).length;
      if (turned > 0) throw words.unchanged.failed(turned);
    }
    last.value = found;
  });
}

async function search(
  base: store.WholePlan,
  key: string,
  progress: (fraction: number, label?: string) => void,
): Promise<Outcome> {
  // Brings the runner up; from here on a new generation means that somebody pressed Stop.
  await runnerCall(async () => {});
  const generation = runnerGeneration();
  const call: typeof runnerCall = (work) => {
    sameRunner(generation);
    return runnerCall(work);
  };
  const images = await ask(generation, (done) => progress((0.15 * done) / pictures.value.length));
  const knobs = await call((core) => core.sweepKnobs(base, SCANNED));
  const tried: Attempt[] = [];
  const holds = async (plan: store.WholePlan, { done, total }: GuardStep) => {
    progress(0.15 + (0.85 * done) / total, words.unchanged.trying(done + 1, total));
    const one = await attempt(plan, images, generation);
    tried.push(one);
    return !one.turned && !one.refused;
  };
  await searchLargest({ base, knobs: withEnds(knobs, base), steps: REFINED, call, holds });
  const byRemoved = (a: Attempt, b: Attempt) => b.macs.after - a.macs.after || b.params.after - a.params.after;
  tried.sort(byRemoved);
  const at = tried.findLastIndex((it) => !it.turned && !it.refused);
  const best = tried[at] ?? null;
  return {
    of: store.model.value?.blob ?? null,
    base: key,
    images: images.length,
    unread: pictures.value.length - images.length,
    // A plan that removes nothing keeps every answer, and is no find.
    best: best && best.params.after < best.params.before ? best : null,
    beyond: tried[at + 1] ?? null,
    tried,
  };
}

/** The sweep leaves out the plan that removes nothing and those that leave next to nothing. */
function withEnds(knobs: Float64Array, base: store.WholePlan): Float64Array {
  const [least, most] = base.criterion === "probability" ? [1, 0] : [0, 0.99];
  const inner = [...knobs].filter((it) => it !== least && it !== most);
  return new Float64Array([least, ...inner, most]);
}

/** What the original says to every image that can be read. */
async function ask(generation: number, heard: (done: number) => void): Promise<Asked[]> {
  const asked: Asked[] = [];
  let problem = words.proof.noImage;
  for (const [i, picture] of pictures.value.entries()) {
    try {
      sameRunner(generation);
      asked.push({ picture, answer: await inferOn("original", picture) });
    } catch (error) {
      // One bad file among many must not cost the others.
      if (typeof error !== "string" || runnerGeneration() !== generation) throw error;
      problem = sentence(error);
    }
    heard(i + 1);
  }
  if (asked.length === 0) throw problem;
  if (asked.some((it) => it.answer.top.length === 0)) throw words.unchanged.noClasses;
  return asked;
}

/** Tries one plan, up to the first image that it changes. */
async function attempt(plan: store.WholePlan, images: Asked[], generation: number): Promise<Attempt> {
  sameRunner(generation);
  let made: Plan;
  try {
    made = await runnerCall((core) => core.tryPlan(SLOT, plan));
  } catch (error) {
    if (typeof error !== "string" || runnerGeneration() !== generation) throw error;
    const { macs, params } = (await runnerCall((core) => core.preview(plan, null))).preview;
    return { knob: knobOf(plan), macs, params, turned: null, refused: sentence(error) };
  }
  const { macs, params } = made;
  const turned = await firstTurned(images, generation);
  return { knob: knobOf(plan), macs, params, turned, refused: "" };
}

async function firstTurned(images: Asked[], generation: number): Promise<Turned | null> {
  for (const [i, { picture, answer }] of images.entries()) {
    sameRunner(generation);
    const now = await inferOn(`trial:${SLOT}`, picture);
    if (sameClass(answer, now)) continue;
    // What one plan changes the next is likely to change too: it is asked first.
    images.unshift(...images.splice(i, 1));
    const name = (of: Prediction) => of.top[0]?.label || words.unchanged.class(of.top[0]?.index ?? 0);
    return { picture, from: name(answer), to: name(now) };
  }
  return null;
}
