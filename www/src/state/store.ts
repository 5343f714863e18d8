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

/** A piece of work that is under way; `fraction` is null while it can not be told. */
export interface Job {
  label: string;
  fraction: number | null;
  cancel: (() => void) | null;
}

const initial: Shared = decode(location.hash);

export const mode = signal<Mode>(initial.mode);
export const criterion = signal<Criterion>(initial.criterion);
export const threshold = signal(initial.threshold);
export const share = signal(initial.share);
export const compensation = signal<Compensation>(initial.compensation);
/** What a share weighs scores against. */
export const per = signal<Per>(initial.per);
export const seed = signal(initial.seed);
export const floor = signal(initial.floor);
export const multiple = signal(initial.multiple);
export const locked = signal<number[]>(initial.locked);
/** What single rows have to themselves (see lib/own.ts). */
export const own = signal(initial.own);
/** The panel below the map. */
export const view = signal<View>(initial.view);
export const selected = signal<[number, number] | null>(initial.selected);
/** The row of the map that is shown alone. */
export const zoom = signal<number | null>(initial.zoom);
export const mapAs = signal<MapAs>(initial.mapAs);
/** Plan A, pinned; the present plan is B. */
export const pinned = signal<Settings | null>(initial.a);
/** What the comparison sets against each other, and the MACs both remove, in percent. */
export const sideA = signal<Side>(initial.sideA);
export const sideB = signal<Side>(initial.sideB);
export const budget = signal(initial.budget);
/** The part of the lab that is open. */
export const labPart = signal<LabPart>(initial.lab);
export const lesson = signal(initial.lesson);
export const presenting = signal(initial.present);
export const reporting = signal(initial.report);
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
/** The map's rows, and the criterion they are sorted by: it arrives a moment after the choice. */
export const order = signal<(Order & { by: Criterion; per: Per }) | null>(null);
export const drag = signal<Shown<Drag> | null>(null);
/** The selected channel; follows the drag whenever the planner has a moment. */
export const detail = signal<ChannelDetail | null>(null);
export const plan = signal<Shown<Plan> | null>(null);
export const curve = signal<(Curve & { amounts: number[]; of: string }) | null>(null);
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
export const takesShare = computed(() => criterion.value !== "probability");
export const amount = computed(() => (takesShare.value ? share.value : threshold.value));

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

export const options = computed<WholePlan>(() => ({
  criterion: criterion.value,
  threshold: threshold.value,
  share: share.value,
  compensation: compensation.value,
  per: per.value,
  seed: seed.value,
  floor: floor.value,
  multiple: multiple.value,
  locked: layersNamed(locked.value),
  layers: limitsNamed(own.value),
}));

export { keyOf } from "../lib/identity";

export const planKey = computed(() => keyOf(options.value));

/** What the page's numbers about the open network come from. */
export const origin = computed<Origin>(() => model.value?.origin ?? NOWHERE);

/** The identity of the plan that the controls ask for. What is of another identity is of an earlier plan. */
export const identity = computed(() => identityOf(origin.value, options.value));

/** What the page shows of the plan, once it is that of the controls. */
export const shown = computed(() => (drag.value?.identity === identity.value ? drag.value : null));

export const preset = computed(() => presetChoice.value || model.value?.overview.preset || "imagenet");
export const labels = computed(() => labelsChoice.value || model.value?.overview.labels || "none");

export const shared = computed<Shared>(() => {
  const source = model.value?.source;
  return {
    net: !source ? wantedNet : source.kind === "sample" ? source.file : `local:${model.value!.overview.file}`,
    mode: mode.value,
    criterion: criterion.value,
    threshold: threshold.value,
    share: share.value,
    compensation: compensation.value,
    per: per.value,
    seed: seed.value,
    floor: floor.value,
    multiple: multiple.value,
    locked: locked.value,
    own: own.value,
    selected: selected.value,
    view: view.value,
    preset: presetChoice.value,
    labels: labelsChoice.value,
    zoom: zoom.value,
    mapAs: mapAs.value,
    a: pinned.value,
    sideA: sideA.value,
    sideB: sideB.value,
    budget: budget.value,
    lab: labPart.value,
    lesson: lesson.value,
    present: presenting.value,
    report: reporting.value,
  };
});
