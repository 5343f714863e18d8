/**
 * Lessons: each opens a sample, sets the plan and the panel, and says a few sentences (words/lessons.ts).
 * What a lesson sets is ordinary state, so it is in the address, and everything can be changed from there.
 */
import { batch, computed } from "@preact/signals";
import { words } from "../words";
import { BUILT_IN, useBuiltIn } from "./lab/data";
import { evaluate } from "./lab/evaluation";
import { repairWithSpare } from "./lab/repair";
import { measureOnImages, openSample, reopen } from "./models";
import { runBoth } from "./proof";
import { applySettings, areSet, type Settings, sameSettings, settings } from "./settings";
import * as store from "./store";
import { defaults, type View } from "./url";

/** What a lesson's button does besides setting the plan. */
const ACTS = {
  measure: measureOnImages,
  run: runBoth,
  evaluate: () => evaluate(),
  "repair-16": () => repairWithSpare(16),
  "repair-64": () => repairWithSpare(64),
} as const;

export type Try = { set: Partial<Settings> } | { act: keyof typeof ACTS };

export interface Lesson {
  id: string;
  net: string;
  set: Partial<Settings>;
  view: View;
  /** [row, channel] */
  selected?: [number, number];
  zoom?: number;
  /** Built-in test images that the lab is to judge by; the others are left for a repair. */
  judgedBy?: number;
  /** One per label in the words. */
  tries: Try[];
}

const V1 = "mobilenetv1_050_cifar10.onnx";

const LESSONS: Lesson[] = [
  {
    id: "dead-channel",
    net: V1,
    set: { threshold: 0.99 },
    view: "channel",
    tries: [{ set: { threshold: 0.999 } }, { set: { threshold: 0.9 } }, { set: { threshold: 0.5 } }],
  },
  { id: "four-cases", net: V1, set: { threshold: 0.99 }, view: "cases", tries: [] },
  {
    id: "why-fold",
    net: V1,
    set: { threshold: 0.85, compensation: "none" },
    view: "channel",
    tries: [
      { set: { compensation: "none" } },
      { set: { compensation: "shift" } },
      { set: { compensation: "mean" } },
      { act: "run" },
    ],
  },
  {
    id: "bias",
    net: V1,
    set: { criterion: "sigma", share: 0.25, compensation: "mean" },
    view: "channel",
    tries: [
      { set: { criterion: "sigma", compensation: "mean" } },
      { set: { criterion: "sigma", compensation: "none" } },
      { set: { criterion: "slimming", compensation: "none" } },
      { act: "run" },
    ],
  },
  {
    id: "shortcuts",
    net: "mobilenetv2_050_cifar10.onnx",
    set: { criterion: "sigma", share: 0.3, compensation: "mean" },
    view: "channel",
    tries: [{ set: { share: 0.15 } }, { set: { share: 0.3 } }, { set: { share: 0.5 } }],
  },
  {
    id: "shuffles",
    net: "shufflenetv1_100_cifar10.onnx",
    set: { threshold: 0.9 },
    view: "channel",
    tries: [{ set: { threshold: 0.99 } }, { set: { threshold: 0.9 } }, { set: { threshold: 0.5 } }],
  },
  { id: "gaussian", net: V1, set: { threshold: 0.9 }, view: "channel", tries: [{ act: "measure" }] },
  {
    id: "faster",
    net: V1,
    set: { threshold: 0.99 },
    view: "channel",
    tries: [{ set: { multiple: 1 } }, { set: { multiple: 8 } }, { act: "run" }],
  },
  {
    id: "repair",
    net: BUILT_IN.network,
    set: { criterion: "sigma", share: 0.6, compensation: "mean" },
    view: "lab",
    judgedBy: 500,
    tries: [{ act: "evaluate" }, { act: "repair-16" }, { act: "repair-64" }],
  },
];

/** Those whose sample is there: the one-file page holds only some. */
export const shownLessons = computed(() => {
  const files = store.samples.value.networks.map((it) => it.file);
  return LESSONS.filter((it) => files.includes(it.net));
});

export function lessonOf(id: string): Lesson | undefined {
  return LESSONS.find((it) => it.id === id);
}

function isOpen(net: string): boolean {
  const source = store.model.value?.source;
  return source?.kind === "sample" && source.file === net;
}

/** What was on the page before the first lesson. */
interface Before {
  model: store.Model;
  settings: Settings;
  view: View;
  zoom: number | null;
  selected: [number, number] | null;
  pinned: Settings | null;
}

let before: Before | null = null;

export function remember(): void {
  const model = store.model.value;
  before = model && {
    model,
    settings: settings.value,
    view: store.view.value,
    zoom: store.zoom.value,
    selected: store.selected.value,
    pinned: store.pinned.value,
  };
}

/** Ends the lessons and brings back the network and the plan from before them. */
export async function closeLesson(): Promise<void> {
  store.lesson.value = "";
  const back = before;
  before = null;
  if (!back) return;
  const same = store.model.value?.blob === back.model.blob;
  if (same && sameSettings(settings.value, back.settings)) return;
  if (!same) await reopen(back.model);
  if (store.model.value?.blob !== back.model.blob || store.lesson.value !== "") return;
  batch(() => {
    applySettings(back.settings);
    store.view.value = back.view;
    store.zoom.value = back.zoom;
    store.selected.value = back.selected;
    store.pinned.value = back.pinned;
    store.noticeText.value = words.lessons.back;
  });
}

export async function openLesson(id: string): Promise<void> {
  const it = lessonOf(id);
  if (!it) return;
  if (store.lesson.value === "") remember();
  store.lesson.value = id;
  if (!isOpen(it.net)) await openSample(it.net);
  if (store.lesson.value !== id || !isOpen(it.net)) return;
  batch(() => {
    applySettings({ ...defaults(), criterion: "probability", compensation: "shift", ...it.set });
    store.mode.value = "research";
    store.view.value = it.view;
    store.zoom.value = it.zoom ?? null;
    store.pinned.value = null;
    if (it.selected) store.selected.value = it.selected;
  });
  if (it.judgedBy) await useBuiltIn(it.judgedBy);
}

/** A link that names a lesson and nothing else means the lesson as it is prepared. */
export async function lessonFromLink(hash: string): Promise<void> {
  const given = [...new URLSearchParams(hash.replace(/^#/, "")).keys()];
  if (!given.includes("lesson") || given.some((key) => !["lesson", "present", "v"].includes(key))) return;
  await openLesson(store.lesson.value);
}

export function tryOut(it: Try): void {
  if ("set" in it) applySettings(it.set);
  else void ACTS[it.act]();
}

/** Whether what a button would set is in force. */
export function isSet(it: Try): boolean {
  return "set" in it && areSet(it.set);
}
