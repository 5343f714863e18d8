/** How the measured statistics settle while images are added: one snapshot per image. */
import { computed, signal } from "@preact/signals";
import { median } from "../lib/format";
import type { Measured } from "../worker/api";
import { controls, type Model, model, screen } from "./store";

export interface Snapshot extends Measured {
  images: number;
}

/** Rows of a long measurement, thinned towards its end so that they stay small. */
export const snapshots = signal<Snapshot[]>([]);

/** Every image up to here, then one in ever larger steps. */
const CLOSE = 24;
const GROWTH = 1.12;

export function wantsSnapshot(images: number): boolean {
  const last = snapshots.value.at(-1)?.images ?? 0;
  return images <= CLOSE || images >= last * GROWTH;
}

export function addSnapshot(images: number, of: Measured): void {
  snapshots.value = [...snapshots.value.filter((it) => it.images < images), { images, ...of }];
}

/** One channel's value in a snapshot: P where its Gaussian is measured, else the zeros its readers saw. */
function valueAt(open: Model, row: number, flat: number, at: Snapshot): number {
  return (open.overview.sites[row]?.calibrated ? at.probabilities[flat] : at.zeros[flat]) ?? Number.NaN;
}

/** Measuring adds rows where BatchNorm was folded away: older snapshots no longer fit. */
const fitting = computed(() => {
  const total = model.value?.probabilities.length;
  return snapshots.value.filter((it) => it.probabilities.length === total);
});

export interface Trace {
  images: number[];
  values: number[];
  /** Whether `values` are P of the measured Gaussian, or measured fractions of zeros. */
  gaussian: boolean;
}

/** The selected channel, image by image. */
export const trace = computed<Trace | null>(() => {
  const [open, at] = [model.value, screen.selected.value];
  const site = at && open?.overview.sites[at[0]];
  if (!site?.pinned || fitting.value.length === 0) return null;
  const values = fitting.value.map((it) => valueAt(open!, at![0], site.offset + at![1], it));
  if (values.some(Number.isNaN)) return null;
  return { images: fitting.value.map((it) => it.images), values, gaussian: site.calibrated };
});

export interface Movement {
  images: number;
  /** How many images the last step added. */
  added: number;
  channels: number;
  /** Per added image, over all channels. */
  largest: number;
  median: number;
  /** Channels that came to lie on the other side of τ; null where τ does not decide. */
  crossed: number | null;
  gaussian: boolean;
}

/** What the last images changed, over all channels that have a value. */
export const movement = computed<Movement | null>(() => {
  const open = model.value;
  const [before, after] = fitting.value.slice(-2);
  if (!open || !before || !after) return null;
  const added = after.images - before.images;
  const steps: number[] = [];
  let crossed = 0;
  const { sites } = open.overview;
  sites.forEach((site, row) => {
    if (!site.pinned) return;
    for (let flat = site.offset; flat < site.offset + site.channels; flat++) {
      const [a, b] = [valueAt(open, row, flat, before), valueAt(open, row, flat, after)];
      if (Number.isNaN(a) || Number.isNaN(b)) continue;
      steps.push(Math.abs(b - a) / added);
      if (a >= controls.threshold.value !== b >= controls.threshold.value) crossed++;
    }
  });
  if (steps.length === 0) return null;
  const gaussian = sites.some((it) => it.calibrated);
  return {
    images: after.images,
    added,
    channels: steps.length,
    largest: steps.reduce((a, b) => Math.max(a, b), 0),
    median: median(steps),
    crossed: gaussian && controls.criterion.value === "probability" ? crossed : null,
    gaussian,
  };
});
