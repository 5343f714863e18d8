/**
 * Learn: the same picture, one idea a screen. Each step sets the scene, asks for a guess, and then shows on the network
 * itself what happens. What a step sets is ordinary state, so everything can be dragged on from there.
 */
import { batch, computed, signal } from "@preact/signals";
import { drawer } from "./hero";
import { playing } from "./intro";
import { fixIt } from "./lab/verdict";
import { closeLesson, remember } from "./lessons";
import { openSample } from "./models";
import { applySettings, type Settings } from "./settings";
import * as store from "./store";
import { defaults, type Mode } from "./url";

/** Parts of the page that a step is about; the others are dimmed. */
export type Part = "picture" | "axis" | "verdict";

export interface LearnStep {
  id: string;
  net: string;
  set: Partial<Settings>;
  focus: Part[];
  /** Which of the guesses in the words is right. */
  right: number;
  /** What is shown after the guess: settings that are moved to, a channel of a case, a repair. */
  show?: Partial<Settings>;
  example?: "output_dead" | "input_dead";
  stepByStep?: boolean;
  repairs?: boolean;
}

const FASHION = "mobilenetv1_025_fashion.onnx";
const OURS = { criterion: "recommended", compensation: "moments" } as const;
const PAPER = { criterion: "probability", compensation: "shift" } as const;

const STEPS: LearnStep[] = [
  {
    id: "channels",
    net: FASHION,
    set: { ...OURS, share: 0 },
    focus: ["picture", "verdict"],
    right: 2,
    show: { share: 0.25 },
  },
  {
    id: "dead",
    net: FASHION,
    set: { ...PAPER, threshold: 0.99 },
    focus: ["picture"],
    right: 1,
    example: "output_dead",
  },
  {
    id: "cases",
    net: FASHION,
    set: { ...PAPER, threshold: 0.99 },
    focus: ["picture"],
    right: 1,
    example: "input_dead",
    stepByStep: true,
  },
  {
    id: "fold",
    net: FASHION,
    set: { ...PAPER, threshold: 0.75, compensation: "none" },
    focus: ["picture", "verdict"],
    right: 0,
    show: { compensation: "shift" },
  },
  {
    id: "cliff",
    net: FASHION,
    set: { ...OURS, share: 0.25 },
    focus: ["axis", "verdict"],
    right: 1,
    show: { share: 0.62 },
  },
  {
    id: "order",
    net: FASHION,
    set: { ...PAPER, threshold: 0.55 },
    focus: ["picture", "axis", "verdict"],
    right: 2,
    show: { ...OURS, share: 0.45 },
  },
  { id: "repair", net: FASHION, set: { ...OURS, share: 0.6 }, focus: ["verdict"], right: 2, repairs: true },
  { id: "ordinary", net: FASHION, set: { ...OURS, share: 0.25 }, focus: ["picture"], right: 0, show: { share: 0 } },
  {
    id: "shortcuts",
    net: "mobilenetv2_050_cifar10.onnx",
    set: { ...OURS, share: 0 },
    focus: ["picture"],
    right: 1,
    show: { share: 0.6 },
  },
];

/** Those whose network is there: the one-file page holds only some. */
export const learnSteps = computed(() => {
  const files = store.samples.value.networks.map((it) => it.file);
  return STEPS.filter((it) => files.includes(it.net));
});

export const learnStep = computed(() => STEPS.find((it) => it.id === store.lesson.value) ?? null);
/** The guess that was made at this step. */
export const guessed = signal<number | null>(null);
export const sheet = signal(false);

/** Whether a part steps back: what the step is not about, until the guess is made. */
export function isDimmed(part: Part): boolean {
  if (store.mode.value !== "learn" || guessed.value !== null) return false;
  return learnStep.value !== null && !learnStep.value.focus.includes(part);
}

export async function openStep(id: string): Promise<void> {
  const step = STEPS.find((it) => it.id === id) ?? STEPS[0]!;
  if (store.lesson.value === "") remember();
  batch(() => {
    store.mode.value = "learn";
    store.lesson.value = step.id;
    guessed.value = null;
    drawer.value = "";
    sheet.value = false;
  });
  const source = store.model.value?.source;
  if (source?.kind !== "sample" || source.file !== step.net) await openSample(step.net);
  if (store.lesson.value !== step.id) return;
  batch(() => {
    applySettings({ ...defaults(), ...step.set });
    store.view.value = "channel";
  });
}

export function turnTo(by: 1 | -1): void {
  const all = learnSteps.value;
  const at = all.findIndex((it) => it.id === store.lesson.value);
  const to = all[at + by];
  if (to) void openStep(to.id);
}

const SHOW_MS = 1600;
let showing = 0;

/** Moves to what is to be seen as a hand on the handle would; nothing of it is a step to undo. */
function move(to: Partial<Settings>): void {
  const { share, ...rest } = to;
  const from = store.share.peek();
  applySettings(rest);
  if (share === undefined) return;
  cancelAnimationFrame(showing);
  if (matchMedia("(prefers-reduced-motion: reduce)").matches || rest.criterion) {
    store.share.value = share;
    return;
  }
  const start = performance.now();
  playing.value = true;
  const step = (now: number) => {
    const part = Math.min(1, (now - start) / SHOW_MS);
    const eased = part < 0.5 ? 2 * part * part : 1 - (2 - 2 * part) ** 2 / 2;
    store.share.value = Number((from + (share - from) * eased).toFixed(4));
    if (part < 1) showing = requestAnimationFrame(step);
    else playing.value = false;
  };
  showing = requestAnimationFrame(step);
}

export function guess(index: number): void {
  const step = learnStep.peek();
  if (!step || guessed.peek() !== null) return;
  guessed.value = index;
  if (step.show) move(step.show);
  if (step.repairs) void fixIt();
  const example = store.drag.peek()?.preview.examples.find((it) => it.case === step.example);
  if (!example) return;
  batch(() => {
    store.selected.value = [example.after[0], example.after[1]];
    store.view.value = step.stepByStep ? "cases" : "channel";
    drawer.value = "channel";
  });
}

/** Leaving Learn brings back the network and the plan from before it. */
export function goTo(mode: Mode): void {
  if (store.mode.value === mode) return;
  if (mode === "learn") {
    void openStep("");
    return;
  }
  const leaving = store.mode.value === "learn";
  cancelAnimationFrame(showing);
  batch(() => {
    playing.value = false;
    drawer.value = "";
    store.mode.value = mode;
  });
  if (leaving) void closeLesson();
}

/** A link that opens on a step. */
export function learnFromLink(): void {
  if (store.mode.value !== "learn") return;
  const step = STEPS.find((it) => it.id === store.lesson.value) ?? STEPS[0]!;
  store.lesson.value = "";
  void openStep(step.id);
}
