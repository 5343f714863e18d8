/** What proves a plan: images, both networks' answers, the checked file. */

import { batch, computed, signal } from "@preact/signals";
import { proxy, type Remote, transfer } from "comlink";
import { divergence, probabilitiesOf, quantile, moved as shareMoved } from "../lib/distribution";
import { median } from "../lib/format";
import { type Made, sameMade } from "../lib/identity";
import { timed } from "../lib/measure";
import { differs } from "../lib/paired";
import type { Check, Plan, Prediction } from "../wasm/core";
import { words } from "../words";
import type { Api } from "../worker/api";
import { EngineLost, sentence } from "../worker/engine";
import { busy } from "./busy";
import { bytesOf, runnerCall, runnerGeneration, sameRunner, stopRunner, useLabelText } from "./engines";
import { firstOfOriginal, infer } from "./infer";
import { withJob } from "./jobs";
import { type Picture, pictures } from "./pictures";
import * as store from "./store";

export interface Answer {
  picture: Picture;
  original: Prediction;
  pruned: Prediction;
  /** Whether both name the same class; null where the output is not class scores. */
  agree: boolean | null;
  /** Largest |Δ| over the first output's values, and the largest value itself. */
  difference: number;
  scale: number;
  /** Probability that moved between classes, and KL(original ‖ pruned); NaN without class scores. */
  moved: number;
  kl: number;
}

export interface Latency {
  first: number;
  /** Median of the warm runs, and their quartiles. */
  warm: number;
  low: number;
  high: number;
  runs: number;
}

/** An image that could not be read, and why. */
export interface Failure {
  picture: Picture;
  reason: string;
}

/** A pruned network as it lies in the runner. */
export interface Product extends Made {
  generation: number;
  plan: Plan;
  check: Check | null;
  repairedOn: number;
  /** The images it was repaired with: agreement on these proves little. */
  fitted: ReadonlySet<Blob>;
  bytes: Blob;
  /** Time of its first answer, compiling included; 0 until then. */
  first: number;
}

export const answers = signal<Answer[]>([]);
export const failures = signal<Failure[]>([]);
/** How many images there were when the run was stopped; 0 if it came to its end. */
export const stoppedBefore = signal(0);
/** The network that gave the answers, and how it read the images. */
export const answeredBy = signal<Product | null>(null);
const answeredAs = signal("");

export interface Times {
  original: Latency;
  pruned: Latency;
  /** Whether the paired runs show a difference at all. */
  differs: boolean;
}

export const latency = signal<Times | null>(null);
/** The last run measured no latency, because other work shared the processor. */
export const latencyRefused = signal(false);
export const product = signal<Product | null>(null);
export const labelFile = signal("");

/** The file that was handed out last. */
export interface Saved extends Made {
  name: string;
  before: number;
  after: number;
}

export const saved = signal<Saved | null>(null);

/** The product, if it still is what the controls say. */
export const current = computed(() => {
  const it = product.value;
  return it && it.identity === store.identity.value ? it : null;
});

/** How images are read and classes named: answers depend on it as on the network. */
const reading = computed(() => `${store.preset.value}|${labelFile.value || store.labels.value}`);

/** Whether the answers, and the times taken with them, are of the network that the page shows. */
export const answersCurrent = computed(() => {
  const [made, by] = [current.value, answeredBy.value];
  return made !== null && by !== null && sameMade(made, by) && answeredAs.value === reading.value;
});

/** Whether the file that was saved is the network that the page shows. */
export const savedCurrent = computed(() => {
  const [it, made] = [saved.value, current.value];
  return it !== null && it.identity === store.identity.value && (!made || sameMade(made, it));
});

/** The runner holds one pruned network: what makes or uses it takes turns. */
export const working = signal(false);

export async function alone(work: () => Promise<void>): Promise<void> {
  if (working.value) return;
  working.value = true;
  store.alertText.value = "";
  const open = opened();
  try {
    await work();
  } catch (error) {
    // Whatever went wrong with a network that is not open any more is nobody's business.
    if (opened() === open) report(error);
  } finally {
    working.value = false;
  }
}

/** Identity of the network that is open; a measurement changes the model, not this. */
const opened = () => store.model.value?.blob;

/** Ends work on a network that another one has replaced, before it leaves anything behind. */
function stillOpen(blob: Blob | undefined): void {
  if (opened() !== blob) throw new Error(words.page.stopped);
}

export function resetProof(): void {
  answers.value = [];
  failures.value = [];
  stoppedBefore.value = 0;
  answeredBy.value = null;
  latency.value = null;
  latencyRefused.value = false;
  product.value = null;
  saved.value = null;
  labelFile.value = "";
}

export async function readLabelFile(file: File): Promise<void> {
  useLabelText(await file.text());
  labelFile.value = file.name;
}

function report(error: unknown): void {
  if (error instanceof EngineLost && error.cancelled) store.noticeText.value = words.page.stopped;
  else store.alertText.value = sentence(error);
}

/** Surgery and its check for the current plan, unless that is what lies in the runner already. */
export async function produce(say: (fraction: number, label: string) => void): Promise<Product> {
  const existing = current.value;
  // A stopped or restarted runner has forgotten it.
  if (existing?.generation === runnerGeneration()) return existing;
  const options = store.options.value;
  const open = opened();
  // A cut by reconstruction alone is worthless, so it is never made without its repair.
  if (options.criterion === "reconstruction") return repair(store.ranked.value?.images ?? [], say);
  say(0, words.proof.work.pruning);
  const cut = await timed("prune", () => fromRunner((core) => core.prune(options)));
  say(0.4, words.proof.work.checking);
  const check = await timed("check", () => runnerCall((core) => core.check(), cut.made));
  stillOpen(open);
  const made: Product = {
    ...cut.made,
    generation: runnerGeneration(),
    plan: cut.plan,
    check,
    repairedOn: 0,
    fitted: new Set(),
    first: 0,
    bytes: cut.bytes,
  };
  product.value = made;
  return made;
}

/** What makes a pruned network, and the file and identity of the very network it made. */
async function fromRunner(
  make: (core: Remote<Api>) => Promise<Plan>,
): Promise<{ plan: Plan; made: Made; bytes: Blob }> {
  const [plan, made, bytes] = await runnerCall((core) => Promise.all([make(core), core.made(), core.prunedBytes()]));
  return { plan, made, bytes: new Blob([bytes as Uint8Array<ArrayBuffer>]) };
}

/** Whether both name the same class; null where the output is not class scores. */
export function sameClass(original: Prediction, other: Prediction): boolean | null {
  return original.top.length > 0 ? original.top[0]!.index === other.top[0]?.index : null;
}

function compare(of: Picture, original: Prediction, pruned: Prediction): Answer {
  let difference = 0;
  let scale = 0;
  original.scores.forEach((score, i) => {
    scale = Math.max(scale, Math.abs(score));
    difference = Math.max(difference, Math.abs(score - (pruned.scores[i] ?? 0)));
  });
  const agree = sameClass(original, pruned);
  const [p, q] = [probabilitiesOf(original), probabilitiesOf(pruned)];
  const shift = agree === null ? Number.NaN : shareMoved(p, q);
  const kl = agree === null ? Number.NaN : divergence(p, q);
  return { picture: of, original, pruned, agree, difference, scale, moved: shift, kl };
}

/** Enough repetitions for a median that a busy moment does not move, few enough not to be noticed. */
/** Six pairs are the fewest that can show a difference. */
const WARM_RUNS = { least: 6, most: 31 };
const WARM_BUDGET_MS = { least: 1500, most: 500 };

export function runBoth(): Promise<void> {
  return alone(runPictures);
}

export async function runPictures(): Promise<void> {
  const images = pictures.value;
  const fresh: Answer[] = [];
  const failed: Failure[] = [];
  let made: Product | null = null;
  const open = opened();
  const as = reading.value;
  const show = (time: Times | null, stopped: boolean) => {
    if (!made) return;
    batch(() => {
      answers.value = fresh.sort(mostChanged);
      failures.value = failed;
      stoppedBefore.value = stopped ? images.length : 0;
      latencyRefused.value = !time && !stopped;
      answeredBy.value = made;
      answeredAs.value = as;
      latency.value = time;
    });
  };
  try {
    await withJob(words.proof.work.running, stopRunner, async (progress) => {
      const product = await produce((_, label) => progress(0, label));
      made = product;
      for (const [i, of] of images.entries()) {
        try {
          const original = await infer("original", of);
          const pruned = await infer("pruned", of, product);
          stillOpen(open);
          product.first ||= pruned.wall;
          fresh.push(compare(of, original.prediction, pruned.prediction));
        } catch (error) {
          // One bad file among many must not cost the others. What is no sentence, or comes of a lost
          // worker, is not about the file.
          const lost = runnerGeneration() !== product.generation;
          if (typeof error !== "string" || lost || images.length === 1) throw error;
          failed.push({ picture: of, reason: sentence(error) });
        }
        progress((i + 1) / images.length, words.proof.work.runningOn(i + 1, images.length));
      }
      if (fresh.length === 0) throw failed[0]?.reason ?? words.proof.noImage;
      const warm = await warmRuns(fresh[0]!.picture, product);
      stillOpen(open);
      const time = warm && {
        original: { first: firstOfOriginal(), ...warm.original },
        pruned: { first: product.first, ...warm.pruned },
        differs: warm.differs,
      };
      show(time, false);
    });
  } catch (error) {
    // What was answered before "Stop" is worth showing.
    if (error instanceof EngineLost && error.cancelled && fresh.length > 0) show(null, true);
    throw error;
  }
}

/** Another first class first, then the most moved probability; outputs that are no classes by |Δ|. */
function mostChanged(a: Answer, b: Answer): number {
  const moved = Number.isNaN(a.moved) || Number.isNaN(b.moved) ? 0 : b.moved - a.moved;
  return Number(a.agree) - Number(b.agree) || moved || b.difference - a.difference;
}

type Warm = Omit<Latency, "first">;

/** Taken in turns, so that a busy machine slows both alike; null while the page itself keeps it busy. */
async function warmRuns(
  of: Picture,
  product: Product,
): Promise<{ original: Warm; pruned: Warm; differs: boolean } | null> {
  const times = { original: [] as number[], pruned: [] as number[] };
  const start = performance.now();
  for (let i = 0; i < WARM_RUNS.most; i++) {
    const spent = performance.now() - start;
    if (i > 0 && spent > (i < WARM_RUNS.least ? WARM_BUDGET_MS.least : WARM_BUDGET_MS.most)) break;
    if (busy.value) return null;
    for (const which of ["original", "pruned"] as const) {
      times[which].push((await infer(which, of, product)).prediction.milliseconds);
    }
  }
  const spread = (values: number[]): Warm => ({
    warm: median(values),
    low: quantile(values, 0.25),
    high: quantile(values, 0.75),
    runs: values.length,
  });
  if (busy.value) return null;
  return {
    original: spread(times.original),
    pruned: spread(times.pruned),
    differs: differs(times.original, times.pruned),
  };
}

/** The plan on the page as a file, made anew if need be. */
export function makeProduct(): Promise<void> {
  return alone(async () => {
    await withJob(words.proof.work.repairing, stopRunner, (progress) => produce(progress));
  });
}

export function repairWithImages(): Promise<void> {
  return alone(async () => {
    const images = pictures.value.map((it) => it.blob);
    await withJob(words.proof.work.repairingOwn, stopRunner, (progress) => repair(images, progress));
    await runPictures();
  });
}

/** Repairs with other images than those of the list; they are fetched when it is their turn. */
export function repairWith(images: () => Promise<Blob[]>): Promise<void> {
  return alone(() =>
    withJob(words.proof.work.repairing, stopRunner, async (progress) => {
      await repair(await images(), progress);
    }),
  );
}

type Say = (fraction: number, label: string) => void;

async function repair(images: readonly Blob[], progress: Say): Promise<Product> {
  const options = store.options.value;
  await queueImages(images, (part, label) => progress(0.2 * part, label));
  return refitQueued(options, images, (part, label) => progress(0.2 + 0.8 * part, label));
}

/** Hands images to the runner, to be refitted on. */
export async function queueImages(images: readonly Blob[], progress: Say): Promise<void> {
  await runnerCall((core) => core.forgetRepairImages());
  const generation = runnerGeneration();
  for (const [i, of] of images.entries()) {
    const image = await bytesOf(of);
    sameRunner(generation);
    await runnerCall((core) => core.addRepairImage(transfer(image, [image.buffer]), store.preset.value));
    progress((i + 1) / images.length, words.proof.work.reading(i + 1, images.length));
  }
}

/** Cuts and refits on the images that were queued. */
export async function refitQueued(options: store.WholePlan, images: readonly Blob[], progress: Say): Promise<Product> {
  const open = opened();
  const say = proxy((done: number, total: number) =>
    progress(done / Math.max(1, total), words.proof.work.refitting(done, total)),
  );
  const { plan, made, bytes } = await fromRunner((core) => core.repair(options, say));
  stillOpen(open);
  const refitted: Product = {
    ...made,
    generation: runnerGeneration(),
    plan,
    check: plan.check ?? null,
    // A repair that was not taken leaves the cut network as it was.
    repairedOn: plan.repair?.declined ? 0 : images.length,
    fitted: new Set(images),
    first: 0,
    bytes,
  };
  product.value = refitted;
  return refitted;
}
