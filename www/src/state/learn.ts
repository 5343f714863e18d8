/**
 * Learn: the same picture, one idea a screen. Each step sets the scene, asks for a guess, and then shows on the network
 * itself what happens. What a step sets is ordinary state, so everything can be dragged on from there.
 */
import { batch, computed, effect, signal } from "@preact/signals";
import { removedPercent } from "../lib/format";
import { channelStates, deadShare, follow, type StoryCase, scalesAt } from "../lib/story";
import { words } from "../words";
import { drawer } from "./hero";
import { playing } from "./intro";
import { fixIt, quality } from "./lab/verdict";
import { type LearnStep, type Part, STEPS, stepNamed } from "./learn-steps";
import { measureOnImages, openSample, reopen } from "./models";
import { applySettings, type Settings, sameSettings, settings } from "./settings";
import * as store from "./store";
import { defaults, type Mode, type View } from "./url";

/** Those whose network is there: the one-file page holds only some. */
export const learnSteps = computed(() => {
  const files = store.samples.value.networks.map((it) => it.file);
  return STEPS.filter((it) => files.includes(it.net));
});

export const learnStep = computed(() => stepNamed(store.screen.lesson.value) ?? null);
/** The guess that was made at this step. */
export const guessed = signal<number | null>(null);
/** What the step asks to be tried was done. */
export const tried = signal(false);
export const sheet = signal(false);

/** What is dragged on the stages. */
export const BELL_AT_FIRST = 0.4;
export const bell = signal(BELL_AT_FIRST);
export const bells = signal<[number, number]>([0.9, 0.7]);
export const price = signal(0);
/** Channels of the two tied layers that are marked as helping nothing. */
export const useless = signal<ReadonlySet<number>>(new Set());
const cases = signal<ReadonlySet<StoryCase>>(new Set());

/** What the step is about now: before the guess what it asks of, after it what answers. */
const lit = computed(() => {
  const step = learnStep.value;
  return step && guessed.value !== null ? (step.after ?? step.focus) : step?.focus;
});

/** Whether a part steps back: what the step is not about is calm, and nothing to wander off to. */
export function isDimmed(part: Part): boolean {
  return store.screen.mode.value === "learn" && lit.value !== undefined && !lit.value.includes(part);
}

/** Classes of the page, so that its looks can follow the step. */
export const learnLook = computed(() => {
  const step = learnStep.value;
  if (!step) return "";
  const calm = (["picture", "axis", "verdict"] as const).filter(isDimmed).map((it) => `calm-${it}`);
  const all = [`step-${step.id}`, ...calm, step.stage ? "has-stage" : "", guessed.value === null ? "" : "answered"];
  return all.filter(Boolean).join(" ");
});

/** What was on the page before the first step. */
interface Before {
  model: store.Model;
  settings: Settings;
  view: View;
  zoom: number | null;
  selected: [number, number] | null;
  pinned: Settings | null;
}

let before: Before | null = null;

function remember(): void {
  const model = store.model.value;
  before = model && {
    model,
    settings: settings.value,
    view: store.screen.view.value,
    zoom: store.screen.zoom.value,
    selected: store.screen.selected.value,
    pinned: store.sides.pinned.value,
  };
}

/** Brings back the network and the plan from before Learn. */
async function restore(): Promise<void> {
  store.screen.lesson.value = "";
  const back = before;
  before = null;
  if (!back) return;
  const same = store.model.value?.blob === back.model.blob;
  if (same && sameSettings(settings.value, back.settings)) return;
  if (!same) await reopen(back.model);
  if (store.model.value?.blob !== back.model.blob || store.screen.lesson.value !== "") return;
  batch(() => {
    applySettings(back.settings);
    store.screen.view.value = back.view;
    store.screen.zoom.value = back.zoom;
    store.screen.selected.value = back.selected;
    store.sides.pinned.value = back.pinned;
    store.noticeText.value = words.learn.restored;
  });
}

export async function openStep(id: string): Promise<void> {
  const step = stepNamed(id) ?? STEPS[0]!;
  if (store.screen.lesson.value === "") remember();
  stopShowing();
  batch(() => {
    store.screen.mode.value = "learn";
    store.screen.lesson.value = step.id;
    guessed.value = null;
    tried.value = false;
    bell.value = BELL_AT_FIRST;
    bells.value = [0.9, 0.7];
    price.value = 0;
    useless.value = new Set(step.useless);
    cases.value = new Set();
    drawer.value = "";
    sheet.value = false;
  });
  const source = store.model.value?.source;
  if (source?.kind !== "sample" || source.file !== step.net) await openSample(step.net);
  if (store.screen.lesson.value !== step.id) return;
  batch(() => {
    applySettings({ ...defaults(), ...step.set });
    store.screen.view.value = "channel";
  });
}

export function turnTo(by: 1 | -1): void {
  const all = learnSteps.value;
  const now = learnStep.value;
  const to = now ? all[all.indexOf(now) + by] : undefined;
  if (to) void openStep(to.id);
}

const SHOW_MS = 1600;
let showing = 0;

function stopShowing(): void {
  cancelAnimationFrame(showing);
  playing.value = false;
}

/** Plays what a hand would do; nothing of it is a step to undo. `at` sets what stands there at a part of the way. */
function play(at: (part: number) => void): void {
  stopShowing();
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
    at(1);
    return;
  }
  const start = performance.now();
  playing.value = true;
  const step = (now: number) => {
    const part = Math.min(1, (now - start) / SHOW_MS);
    at(part < 0.5 ? 2 * part * part : 1 - (2 - 2 * part) ** 2 / 2);
    if (part < 1) showing = requestAnimationFrame(step);
    else playing.value = false;
  };
  showing = requestAnimationFrame(step);
}

/** Moves to what is to be seen as a hand on the handle would. */
function moveTo(to: Partial<Settings>): void {
  const { share, ...rest } = to;
  const from = store.controls.share.peek();
  applySettings(rest);
  if (share === undefined) return;
  if (rest.criterion) store.controls.share.value = share;
  else
    play((part) => {
      store.controls.share.value = Number((from + (share - from) * part).toFixed(4));
    });
}

function show(step: LearnStep): void {
  if (step.show) moveTo(step.show);
  if (step.act === "repair") void fixIt();
  if (step.act === "measure") void measureOnImages();
  const [from, both, cost] = [bell.peek(), bells.peek(), price.peek()];
  if (step.bell !== undefined || step.bells || step.price !== undefined)
    play((part) => {
      const towards = (a: number, b: number) => a + (b - a) * part;
      batch(() => {
        if (step.bell !== undefined) bell.value = towards(from, step.bell);
        if (step.bells) bells.value = [towards(both[0], step.bells[0]), towards(both[1], step.bells[1])];
        if (step.price !== undefined) price.value = towards(cost, step.price);
      });
    });
}

export function guess(index: number): void {
  const step = learnStep.peek();
  if (!step || guessed.peek() !== null) return;
  guessed.value = index;
  show(step);
}

/** A channel of the step's case in the network itself. */
export function openExample(): void {
  const step = learnStep.peek();
  const example = store.live.drag.peek()?.preview.examples.find((it) => it.case === step?.example);
  if (!step || !example) return;
  batch(() => {
    store.screen.selected.value = [example.after[0], example.after[1]];
    store.screen.view.value = step.stepByStep ? "cases" : "channel";
    drawer.value = "channel";
  });
}

/** Leaving Learn brings back the network and the plan from before it. */
export function goTo(mode: Mode): void {
  if (store.screen.mode.value === mode) return;
  if (mode === "learn") {
    void openStep("");
    return;
  }
  const leaving = store.screen.mode.value === "learn";
  stopShowing();
  batch(() => {
    drawer.value = "";
    store.screen.mode.value = mode;
  });
  if (leaving) void restore();
}

/** A link that opens on a step; one to a lesson of an earlier version opens the step that it became. */
export function learnFromLink(): void {
  const step = stepNamed(store.screen.lesson.value);
  if (store.screen.mode.value !== "learn" && !step) {
    store.screen.lesson.value = "";
    return;
  }
  store.screen.lesson.value = "";
  void openStep((step ?? STEPS[0]!).id);
}

/** Watches whether what a step asks for was done, and keeps it: a hand may go on. */
export function startLearning(): void {
  effect(() => {
    if (store.screen.mode.value !== "learn") return;
    const [before, after] = bells.value;
    const made = follow(before, after).case;
    if (!cases.peek().has(made)) cases.value = new Set([...cases.peek(), made]);
  });
  effect(() => {
    const step = learnStep.value;
    const preview = store.live.drag.value?.preview;
    if (!step?.done || !preview || guessed.value === null || playing.value || tried.value) return;
    tried.value = step.done({
      level: quality.value.level,
      macs: removedPercent(preview.macs),
      channels: removedPercent(preview.channels),
      settings: settings.value,
      pinned: deadShare(bell.value),
      cases: cases.value,
      dead: scalesAt(price.value).filter((it) => it === 0).length,
      untied:
        step.stage === "sum" || step.stage === "groups"
          ? channelStates(useless.value, step.stage).filter((it) => it === "removed").length
          : 0,
    });
  });
}
