/** All state of the page, as signals. Actions change it, views and charts read it. */
import { computed, signal } from "@preact/signals";
import { identityOf, keyOf, NOWHERE, type Origin } from "../lib/identity";
import type { Entry } from "../lib/opened";
import type { Order } from "../lib/order";
import { readOwn } from "../lib/own";
import type { Settings } from "../lib/settings";
import type { ChannelDetail, Compensation, Criterion, LayerLimits, Per, Plan, PlanOptions } from "../wasm/core";
import type { Curve, Drag } from "../worker/api";
import type { Model } from "../worker/model";
import { decode, type LabPart, type MapAs, type Mode, type Shared, type Side, type View } from "./url";

export interface SampleNetwork {
  file: string;
  name: string;
  data: string;
  preset: string;
  labels: string;
  accuracy: number;
  params: number;
  macs: number;
  bytes: number;
}

export interface SampleImage {
  file: string;
  name: string;
  set: string;
}

export type { Model, Source } from "../worker/model";

/** Something worked out for a plan, with the identity of that plan. */
export type Shown<T> = T & { identity: string };

/** A piece of work that is under way; `fraction` is null while it is not known. */
export interface Job {
  label: string;
  fraction: number | null;
  cancel: (() => void) | null;
}

const initial: Shared = decode(location.hash);

/** What the plan is made from: each has a control on the page, and is written into links. */
export const controls = {
  criterion: signal<Criterion>(initial.criterion),
  threshold: signal(initial.threshold),
  share: signal(initial.share),
  compensation: signal<Compensation>(initial.compensation),
  /** What a share weighs scores against. */
  per: signal<Per>(initial.per),
  seed: signal(initial.seed),
  floor: signal(initial.floor),
  multiple: signal(initial.multiple),
  locked: signal<number[]>(initial.locked),
  /** What single rows have to themselves (see lib/own.ts). */
  own: signal(initial.own),
};

/** What of the page is on the screen. */
export const screen = {
  mode: signal<Mode>(initial.mode),
  /** The panel below the map. */
  view: signal<View>(initial.view),
  selected: signal<[number, number] | null>(initial.selected),
  /** The row of the map that is shown alone. */
  zoom: signal<number | null>(initial.zoom),
  mapAs: signal<MapAs>(initial.mapAs),
  /** The part of the lab that is open. */
  lab: signal<LabPart>(initial.lab),
  lesson: signal(initial.lesson),
  presenting: signal(initial.present),
  reporting: signal(initial.report),
};

/** What is held against each other. */
export const sides = {
  /** Plan A, pinned; the present plan is B. */
  pinned: signal<Settings | null>(initial.a),
  /** What the comparison sets against each other, and the MACs both remove, in percent. */
  a: signal<Side>(initial.sideA),
  b: signal<Side>(initial.sideB),
  budget: signal(initial.budget),
};

/** "" = as guessed. */
export const presetChoice = signal(initial.preset);
export const labelsChoice = signal(initial.labels);
/** What the hash named at start; the page opens it when the sample list is there. */
export const wantedNet = initial.net;
/** A network that a link was made with and the page does not have; what the link sets comes with it. */
export const awaited = signal<{ file: string; text: string; state: Shared } | null>(null);
export const linkAtStart = initial;
/** Opened files that the browser keeps. */
export const kept = signal<Entry[]>([]);

export const samples = signal<{ networks: SampleNetwork[]; images: SampleImage[] }>({ networks: [], images: [] });
export const model = signal<Model | null>(null);
/** What the core says to the present controls; each arrives a moment after them. */
export const live = {
  /** The map's rows, and the criterion they are sorted by. */
  order: signal<(Order & { by: Criterion; per: Per }) | null>(null),
  drag: signal<Shown<Drag> | null>(null),
  /** The selected channel; follows the drag whenever the planner has a moment. */
  detail: signal<ChannelDetail | null>(null),
  plan: signal<Shown<Plan> | null>(null),
  curve: signal<(Curve & { amounts: number[]; of: string }) | null>(null),
};
/** Images measured so far; `apoz` and the histograms need at least one. */
export const measured = signal(0);

/** The images that `reconstruction` orders channels by, once they were measured; its cuts are refitted on the same. */
export const ranked = signal<{ images: readonly Blob[]; measured: boolean } | null>(null);

/** Whether a criterion has what it orders channels by. */
export function isKnown(of: Criterion): boolean {
  if (of === "apoz") return measured.value > 0;
  return of !== "reconstruction" || ranked.value !== null;
}

export const alertText = signal("");
export const noticeText = signal("");
/** Networks that are being opened: the planner may hold the next one already. */
export const openings = signal(0);
export const job = signal<Job | null>(null);
export const dropping = signal(false);

/** The criteria that take a share order channels; only the paper's takes a probability. */
export const takesShare = computed(() => controls.criterion.value !== "probability");
export const amount = computed(() => (takesShare.value ? controls.share.value : controls.threshold.value));

/** Plan options with everything that the page decides; the core fills in the rest. */
export type WholePlan = PlanOptions &
  Required<
    Pick<
      PlanOptions,
      "criterion" | "threshold" | "share" | "compensation" | "per" | "seed" | "floor" | "multiple" | "locked" | "layers"
    >
  >;

/** The core knows layers by name. */
export function layersNamed(indices: readonly number[]): string[] {
  return indices.map((i) => model.value?.overview.layers[i]?.name ?? "").filter(Boolean);
}

/** As the core takes them: it knows rows by their normalisation. */
export function limitsNamed(text: string): LayerLimits[] {
  const sites = model.value?.overview.sites ?? [];
  return [...readOwn(text, sites.length)].map(([row, it]) => ({ layer: sites[row]!.norm, ...it }));
}

/** What a plan takes from its controls as they are. */
const asSet = () => ({
  criterion: controls.criterion.value,
  threshold: controls.threshold.value,
  share: controls.share.value,
  compensation: controls.compensation.value,
  per: controls.per.value,
  seed: controls.seed.value,
  floor: controls.floor.value,
  multiple: controls.multiple.value,
});

export const options = computed<WholePlan>(() => ({
  ...asSet(),
  locked: layersNamed(controls.locked.value),
  layers: limitsNamed(controls.own.value),
}));

export { keyOf } from "../lib/identity";

export const planKey = computed(() => keyOf(options.value));

/** What the page's numbers about the open network come from. */
export const origin = computed<Origin>(() => model.value?.origin ?? NOWHERE);

/** The identity of the plan that the controls ask for. What is of another identity is of an earlier plan. */
export const identity = computed(() => identityOf(origin.value, options.value));

/** What the page shows of the plan, once it is that of the controls. */
export const shown = computed(() => (live.drag.value?.identity === identity.value ? live.drag.value : null));

export const preset = computed(() => presetChoice.value || model.value?.overview.preset || "imagenet");
export const labels = computed(() => labelsChoice.value || model.value?.overview.labels || "none");

export const shared = computed<Shared>(() => {
  const source = model.value?.source;
  return {
    net: !source ? wantedNet : source.kind === "sample" ? source.file : `local:${model.value!.overview.file}`,
    mode: screen.mode.value,
    ...asSet(),
    locked: controls.locked.value,
    own: controls.own.value,
    selected: screen.selected.value,
    view: screen.view.value,
    preset: presetChoice.value,
    labels: labelsChoice.value,
    zoom: screen.zoom.value,
    mapAs: screen.mapAs.value,
    a: sides.pinned.value,
    sideA: sides.a.value,
    sideB: sides.b.value,
    budget: sides.budget.value,
    lab: screen.lab.value,
    lesson: screen.lesson.value,
    present: screen.presenting.value,
    report: screen.reporting.value,
  };
});
