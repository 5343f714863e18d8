/** What can be said of the plan's quality, and how sure it is: never more than was measured on images not fitted to. */
import { computed, signal } from "@preact/signals";
import { removedPercent } from "../../lib/format";
import type { Tally } from "../../lib/tally";
import { RECORD } from "../../lib/tally";
import { sentence } from "../../worker/engine";
import { handle } from "../axis";
import { pictures } from "../pictures";
import { answers, answersCurrent, current, makeProduct, repairWithImages, working } from "../proof";
import * as store from "../store";
import { axisCurve, judgedUnasked, unjudged } from "./auto";
import { scope } from "./bench";
import { labelled } from "./data";
import {
  evaluating,
  evaluationProblem,
  hasRepaired,
  originalResult,
  planResult,
  repairedResult,
  soFar,
} from "./evaluation";
import { pool } from "./pool";
import { repairWithSpare, spare } from "./repair";
import { SHOWN } from "./results";

/** Points of accuracy within which a plan counts as held, and beyond which it counts as broken. */
export const HELD = 1;
export const BROKEN = 10;

export type Level = "held" | "costs" | "broken" | "unknown" | "judging";

export interface Quality {
  level: Level;
  /** Whether it is accuracy; else agreement with the original. */
  accuracy: boolean;
  /** In 0 to 1; null where it is not known. */
  before: number | null;
  after: number | null;
  /** Points lost or won, with the interval. */
  change: number | null;
  interval: [number, number] | null;
  images: number;
  repaired: boolean;
  /** The repair was fitted to images that judge: what they say of it proves nothing. */
  seen: boolean;
  /** Counted so far, while it is being judged. */
  part: Tally | null;
}

const NOTHING: Quality = {
  level: "unknown",
  accuracy: true,
  before: null,
  after: null,
  change: null,
  interval: null,
  images: 0,
  repaired: false,
  seen: false,
  part: null,
};

function levelOf(change: number, low: number): Level {
  if (change <= -BROKEN) return "broken";
  return change >= -HELD && low >= -2.5 * HELD ? "held" : "costs";
}

/** Whether the product was repaired with images among those that judge. */
const fittedToJudges = computed(() => {
  const made = current.value;
  return (labelled.value?.files ?? []).some((it) => made?.fitted.has(it.content));
});

/** Nothing is removed, so that there is nothing to judge. */
export const uncut = computed(() => {
  const channels = store.shown.value?.preview.channels;
  return channels !== undefined && channels.after === channels.before;
});

export const quality = computed<Quality>(() => {
  const result = hasRepaired.value ? repairedResult.value : planResult.value;
  const against = result?.against;
  const before = originalResult.value?.accuracy ?? null;
  if (result && against) {
    const { accuracy, difference, difference_interval: span, agreement, agreement_interval } = against;
    const repaired = (current.value?.repairedOn ?? 0) > 0;
    const seen = repaired && fittedToJudges.value;
    const common = { before: result.accuracy, images: result.images, repaired, seen, part: null };
    const sure = (level: Level): Level => (seen || uncut.value ? "unknown" : level);
    if (accuracy !== null && difference !== null && span) {
      const change = 100 * difference;
      const interval: [number, number] = [100 * span[0], 100 * span[1]];
      return {
        ...common,
        level: sure(levelOf(change, interval[0])),
        accuracy: true,
        after: accuracy,
        change,
        interval,
      };
    }
    const change = 100 * (agreement - 1);
    const interval: [number, number] = [100 * agreement_interval[0], 100 * agreement_interval[1]];
    // Half of the answers that change were wrong before, more or less. With few images all may agree and nothing follow.
    const few = agreement >= 0.95 && agreement_interval[0] < 0.85;
    const level = few ? "unknown" : levelOf(change / 2, (interval[0] - 100) / 2);
    return { ...common, level: sure(level), accuracy: false, after: agreement, change: null, interval };
  }
  const due = scope.value !== null && unjudged.value && (judgedUnasked.value || evaluating.value !== null);
  if (due && !evaluationProblem.value) return { ...NOTHING, level: "judging", before, part: soFar.value };
  // Without labelled images, what the images at hand say; five photos prove nothing, so it is never green.
  const fresh = answersCurrent.value ? answers.value.filter((it) => it.agree !== null) : [];
  if (fresh.length === 0 || scope.value) return { ...NOTHING, before };
  const made = current.value;
  const clean = fresh.filter((it) => !made?.fitted.has(it.picture.blob));
  const of = clean.length > 0 ? clean : fresh;
  const after = of.filter((it) => it.agree).length / of.length;
  return { ...NOTHING, accuracy: false, after, images: of.length, level: after < 0.8 ? "broken" : "unknown" };
});

/** What the measured curve says at the handle: for as long as the plan under it is not judged itself. */
export const estimate = computed<number | null>(() => {
  const whole = originalResult.value;
  const points = axisCurve.value;
  if (!whole || points.length < 3) return null;
  const known = [
    { macs: 0, quality: whole.accuracy ?? 1 },
    ...points.map((it) => ({ macs: removedPercent(it.macs), quality: it.quality })),
  ];
  const at = known.findIndex((it) => it.macs >= handle.value);
  const [a, b] = [known[at - 1], known[at]];
  if (!a || !b) return null;
  const part = b.macs > a.macs ? (handle.value - a.macs) / (b.macs - a.macs) : 1;
  return a.quality + (b.quality - a.quality) * part;
});

/** Images there are to repair with. */
export const repairable = computed(() => {
  if (spare.value > 0) return spare.value;
  return scope.value && !labelled.value?.sample ? 0 : pictures.value.length;
});

export const repairing = signal(false);

/** Refits the layers behind the cut, by images that nothing is judged on where there are such. */
export async function fixIt(): Promise<void> {
  if (working.value || repairing.value) return;
  repairing.value = true;
  try {
    if (store.controls.criterion.value === "reconstruction") await makeProduct();
    else if (spare.value > 0) await repairWithSpare();
    else await repairWithImages();
  } finally {
    repairing.value = false;
  }
}

export interface WallImage {
  index: number;
  blob: Blob;
  url: string;
}

const thumbs = signal<{ of: unknown; images: WallImage[] }>({ of: null, images: [] });

/** The first labelled images, fetched once they are there to be shown. */
export const wall = computed<WallImage[]>(() => (thumbs.value.of === labelled.value ? thumbs.value.images : []));

export async function fetchWall(): Promise<void> {
  const data = labelled.peek();
  if (!data || thumbs.peek().of === data) return;
  for (const it of thumbs.peek().images) URL.revokeObjectURL(it.url);
  thumbs.value = { of: data, images: [] };
  try {
    const set = store.labels.peek();
    setNames.value = { set, names: await pool.names(set) };
    const blobs = await pool.pictures(data.files, 0, Math.min(SHOWN, data.info.images));
    if (labelled.peek() !== data) return;
    const images = blobs.map((blob, index) => ({ index, blob, url: URL.createObjectURL(blob) }));
    thumbs.value = { of: data, images };
  } catch (error) {
    console.warn(sentence(error));
  }
}

export interface Shown {
  truth: number;
  before: number;
  after: number;
}

/** What both networks say to the images of the wall, by index. */
export const said = computed<ReadonlyMap<number, Shown>>(() => {
  const records = (hasRepaired.value ? repairedResult.value : planResult.value)?.first ?? [];
  const found = new Map<number, Shown>();
  for (let at = 0; at + RECORD <= records.length; at += RECORD) {
    found.set(records[at]!, { truth: records[at + 1]!, before: records[at + 4]!, after: records[at + 5]! });
  }
  return found;
});

/** Names of the label set in force, for images without labels of their own. */
const setNames = signal<{ set: string; names: string[] }>({ set: "", names: [] });

export const classNames = computed<readonly string[]>(() => {
  const classes = originalResult.value?.per_class ?? [];
  const names = labelled.value?.info.classes ?? [];
  if (names.length > 0 && classes.length === names.length) return classes.map((it) => it.label);
  return setNames.value.set === store.labels.value ? setNames.value.names : [];
});

export const saving = computed(() => store.shown.value !== null);
