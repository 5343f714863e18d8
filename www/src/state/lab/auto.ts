/**
 * Accuracy without a click: where the page has labelled images for the network, every plan that comes to rest is judged
 * on them, and the curve over the whole axis fills in behind.
 */
import { computed, effect, signal, untracked } from "@preact/signals";
import { identityOf } from "../../lib/identity";
import type { Evaluation } from "../../wasm/core";
import { sentence } from "../../worker/engine";
import { planAt } from "../guarded";
import { playing } from "../intro";
import { type Picture, pictures } from "../pictures";
import { working } from "../proof";
import * as store from "../store";
import { type Scope, scope } from "./bench";
import { builtInFits, CHEAP, chooseBuiltIn, chooseOwnImages, FEWEST, labelled, reading } from "./data";
import { evaluate, evaluating, evaluationProblem, hasRepaired, planResult, repairedResult } from "./evaluation";
import { judgePlan } from "./judge";
import { Token, wasStopped } from "./progress";
import { ready, resultOf } from "./results";
import { layOut, type PlannedPoint } from "./schedule";

/** The curve judges a score of plans. */
const CHEAP_CURVE = 12e9;
const REST_MS = 300;
/** Points of the curve, found coarse first. */
const POINTS = 9;

/** What judging one plan takes, in multiply-adds of the original. */
export const judgingCost = computed(() => (store.model.value?.overview.macs ?? 0) * (scope.value?.images ?? 0));
export const judgedUnasked = computed(() => scope.value !== null && judgingCost.value <= CHEAP);

/** Whether the file that would be taken home still has to be judged. */
export const unjudged = computed(() => {
  if (hasRepaired.value) return !repairedResult.value;
  return !planResult.value && store.controls.criterion.value !== "reconstruction";
});

function startJudging(): void {
  let timer = 0;
  effect(() => {
    const of = scope.value;
    const due =
      of !== null &&
      store.screen.mode.value !== "research" &&
      ready.value === of.key &&
      judgedUnasked.value &&
      !playing.value &&
      store.shown.value !== null &&
      evaluating.value === null &&
      evaluationProblem.value === "" &&
      unjudged.value;
    store.planKey.value;
    clearTimeout(timer);
    if (due) timer = window.setTimeout(() => void evaluate(true), REST_MS);
  });
  // What went wrong with one plan says nothing of the next.
  effect(() => {
    store.planKey.value;
    untracked(() => {
      evaluationProblem.value = "";
    });
  });
}

function startBuiltIn(): void {
  let asked: Blob | null = null;
  effect(() => {
    const open = store.model.value;
    if (!open || open.blob === asked || labelled.value || reading.value || !builtInFits.value) return;
    asked = open.blob;
    void chooseBuiltIn();
  });
}

/** One's own photos judge as well, where nothing better was chosen. */
function startOwnImages(): void {
  let taken: readonly Picture[] = [];
  effect(() => {
    const own = pictures.value.filter((it) => !it.sample);
    const free = labelled.value === null || labelled.value.own === true || labelled.value.sample === true;
    if (!store.model.value || store.screen.mode.value === "research" || !free || own.length < FEWEST) return;
    if (builtInFits.value || reading.value || (labelled.value?.own && own.length === taken.length)) return;
    taken = own;
    untracked(() => void chooseOwnImages(own));
  });
}

/** A sample without labelled images of its kind: its photos show at least which answers change. */
function startSamplePhotos(): void {
  let tried: unknown = null;
  effect(() => {
    const photos = pictures.value.filter((it) => it.sample);
    const { kind } = store.model.value?.source ?? {};
    if (kind !== "sample" || store.screen.mode.value === "research" || labelled.value || reading.value) return;
    if (builtInFits.value || photos.length < FEWEST || tried === pictures.value) return;
    tried = pictures.value;
    untracked(() => void chooseOwnImages(photos, "sample"));
  });
}

export interface AxisPoint extends PlannedPoint {
  /** Accuracy, or agreement where there are no labels, with its interval, in 0 to 1. */
  quality: number;
  low: number;
  high: number;
}

/** Everything a curve depends on: data, network, and the plan without its amount. */
const family = computed(() => {
  const of = scope.value;
  if (!of || store.screen.mode.value === "research" || ready.value !== of.key) return "";
  return of.key + identityOf(store.origin.value, { ...store.options.value, threshold: 0, share: 0 });
});
/** Judging a score of plans unasked would take too long. */
export const slowCurve = computed(() => judgingCost.value > CHEAP_CURVE);
/** The curve that fills by itself; by reconstruction each of its points would take a repair. */
const kind = computed(() =>
  slowCurve.value || store.controls.criterion.value === "reconstruction" ? "" : family.value,
);

/** A point of the curve is being judged right now. */
export const judgingPoint = signal(false);

const found = signal<{ kind: string; points: AxisPoint[] }>({ kind: "", points: [] });
const laid = signal<{ kind: string; points: PlannedPoint[] }>({ kind: "", points: [] });

/** What was repaired and then judged, each at its cut. */
const remade = signal<{ of: string; points: AxisPoint[] }>({ of: "", points: [] });

export const axisCurve = computed<AxisPoint[]>(() => {
  if (store.controls.criterion.value === "reconstruction")
    return remade.value.of === family.value ? remade.value.points : [];
  return found.value.kind === kind.value ? found.value.points : [];
});
export const axisFilling = computed(
  () => kind.value !== "" && (laid.value.kind !== kind.value || laid.value.points.length > axisCurve.value.length),
);

/** The middle first, then the middles between: the picture is right early and only gets finer. */
function coarseFirst<T>(all: readonly T[]): T[] {
  const out: T[] = [];
  const queue: [number, number][] = [[0, all.length]];
  for (let next = queue.shift(); next; next = queue.shift()) {
    const [from, to] = next;
    if (from >= to) continue;
    const middle = (from + to) >> 1;
    out.push(all[middle]!);
    queue.push([middle + 1, to], [from, middle]);
  }
  return out;
}

function pointOf(at: PlannedPoint): AxisPoint | null {
  return judgedPoint(at, resultOf(planAt(at.knob, store.options.peek())));
}

function judgedPoint(at: PlannedPoint, result: Evaluation | null): AxisPoint | null {
  const against = result?.against;
  if (!against) return null;
  const quality = against.accuracy ?? against.agreement;
  const [low, high] = against.accuracy_interval ?? against.agreement_interval;
  return { ...at, quality, low, high };
}

async function fill(of: Scope, name: string, token: Token): Promise<void> {
  const base = { ...store.options.peek(), threshold: 0, share: 0 };
  const { criterion, compensation } = base;
  const [curve] = await layOut([{ criterion, compensation }], base, POINTS, token);
  // A long tail of candidates would keep the machine busy for a curve that is smooth anyway.
  const step = Math.max(1, Math.floor((curve?.points.length ?? 0) / (2 * POINTS)));
  const points = (curve?.points ?? []).filter((_, i) => i % step === 0);
  if (kind.peek() !== name) return;
  laid.value = { kind: name, points };
  for (const at of coarseFirst(points)) {
    if (kind.peek() !== name) return;
    // Latency is measured when somebody runs the networks: nothing else shares the processor then.
    while (working.peek() && kind.peek() === name) await new Promise((resolve) => setTimeout(resolve, 100));
    judgingPoint.value = true;
    try {
      await judgePlan(planAt(at.knob, store.options.peek()), { of, token, urgent: false });
    } finally {
      judgingPoint.value = false;
    }
    const point = pointOf(at);
    if (kind.peek() !== name) return;
    const before = found.peek().kind === name ? found.peek().points : [];
    if (point) {
      const points = [...before, point].sort((a, b) => b.macs.after - a.macs.after);
      found.value = { kind: name, points };
    }
  }
}

function startFilling(): void {
  let token: Token | null = null;
  let running: Promise<void> = Promise.resolve();
  const begin = (of: Scope, name: string) => {
    const mine = new Token();
    token = mine;
    running = running.then(async () => {
      // The first word belongs to the plan on the screen.
      while (kind.peek() === name && (evaluating.peek() || unjudged.peek()) && !evaluationProblem.peek()) {
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      for (let tries = 0; kind.peek() === name && tries < 20; tries++) {
        try {
          await fill(of, name, mine);
          break;
        } catch (error) {
          // Something more urgent came in between: the curve goes on where it was.
          if (wasStopped(error) && !mine.stopped) continue;
          if (!wasStopped(error)) console.warn(sentence(error));
          break;
        }
      }
      mine.end();
    });
  };
  effect(() => {
    const name = kind.value;
    untracked(() => {
      token?.stop();
      token = null;
      const of = scope.value;
      if (of && name) begin(of, name);
    });
  });
}

function startRemade(): void {
  effect(() => {
    const [result, shown] = [repairedResult.value, store.shown.value];
    if (!result || !shown || store.controls.criterion.value !== "reconstruction") return;
    const { channels, params, macs } = shown.preview;
    const point = judgedPoint({ knob: store.controls.share.value, channels, params, macs }, result);
    if (!point) return;
    untracked(() => {
      const of = family.value;
      const others = remade.value.of === of ? remade.value.points : [];
      const points = [...others.filter((it) => it.knob !== point.knob), point];
      remade.value = { of, points: points.sort((a, b) => b.macs.after - a.macs.after) };
    });
  });
}

export function startAuto(): void {
  startRemade();
  startBuiltIn();
  startOwnImages();
  startSamplePhotos();
  startJudging();
  startFilling();
}
