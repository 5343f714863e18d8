/**
 * The measured cut, in one go: what the channels that stay can make up for is measured on images, the channels that cost the
 * output least per MAC go, and what reads them is refitted on the same images. It is judged on others.
 */
import { batch, computed, effect, signal } from "@preact/signals";
import { removedPercent } from "../../lib/format";
import { timeLeft } from "../../lib/proportion";
import { words } from "../../words";
import type { Phase } from "../../worker/api";
import { EngineLost } from "../../worker/engine";
import { keepHolding, plannerCall, rankWithQueue, stopRunner } from "../engines";
import { withJob } from "../jobs";
import { setAmount } from "../planning";
import { alone, queueImages, refitQueued, working } from "../proof";
import * as store from "../store";
import { evaluate } from "./evaluation";
import { trying } from "./reading";
import { chosenForRepair, spare, spareImages } from "./repair";

/** With fewer, nothing can be held back to measure layers by. */
export const FEWEST = 8;

/** A cut of nothing teaches nothing. Where less than the first is removed, nobody has chosen yet: the second is taken. */
const LEAST = 1;
export const AT_FIRST = 20;

export const shrinking = signal(false);
/** Whole residual branches may leave; it counts from the next measurement on. */
export const blocksMayLeave = signal(false);
/** Not while the page finds out how pictures want to be read: photos read the wrong way would be fitted to. */
export const canShrink = computed(() => spare.value >= FEWEST && store.model.value !== null && !trying.value);

/** Where the phases end, in parts of the whole: with 48 photos on MobileNetV1 they take about these. */
const ENDS = { read: 0.03, summing: 0.2, trying: 0.55, refitting: 1 } as const;

/** A label with the time that is left, reckoned from the pace so far. */
function clocked(progress: (fraction: number, label: string) => void) {
  const since = performance.now();
  return (fraction: number, label: string) => {
    const seconds = (performance.now() - since) / 1000;
    const left = seconds > 2 && fraction > 0.02 ? (seconds * (1 - fraction)) / fraction : null;
    progress(fraction, left === null ? label : words.shrink.measured.left(label, timeLeft(left)));
  };
}

const targetOf = (percent: number) => (percent < LEAST ? AT_FIRST : percent);
/** MACs that the measured cut would remove, in percent. */
export const shrinkTarget = computed(() => {
  const macs = store.live.drag.value?.preview.macs;
  return macs ? targetOf(removedPercent(macs)) : AT_FIRST;
});
/** Photos of the user's own are at hand: the measured cut is the recommended one. */
export const photosAdvised = computed(() => chosenForRepair.value && canShrink.value);

export async function shrinkWithImages(): Promise<void> {
  const macs = store.shown.value?.preview.macs;
  if (working.value || shrinking.value || !macs) return;
  shrinking.value = true;
  let halted = false;
  const stop = () => {
    halted = true;
    stopRunner();
  };
  // Not all of it is work of the runner, whose end would say so by itself.
  const check = () => {
    if (halted) throw new EngineLost(words.page.stopped, true);
  };
  try {
    await alone(() =>
      withJob(words.shrink.measured.working, stop, async (plain) => {
        const progress = clocked(plain);
        const images = await spareImages();
        check();
        await queueImages(images, (part, label) => progress(ENDS.read * part, label));
        const found = await rankWithQueue(
          store.controls.multiple.value,
          blocksMayLeave.value,
          (phase: Phase, done, total) => {
            const from = phase === "summing" ? ENDS.read : ENDS.summing;
            progress(
              from + ((ENDS[phase] - from) * done) / Math.max(1, total),
              words.shrink.measured.phases[phase](done, total),
            );
          },
        );
        check();
        // The cut at hand by now: a typed target may still have been on its way when the button was pressed.
        const at = store.shown.peek()?.preview.macs ?? macs;
        adopt(found.by, images, found.measured);
        const { amount } = await plannerCall((core) =>
          core.solveMacs(store.options.value, targetOf(removedPercent(at))),
        );
        check();
        setAmount(amount, performance.now());
        await refitQueued(store.options.value, images, (part, label) =>
          progress(ENDS.trying + (ENDS.refitting - ENDS.trying) * part, label),
        );
      }),
    );
  } finally {
    shrinking.value = false;
  }
  if (!halted && store.controls.criterion.value === "reconstruction") void evaluate(true);
}

/** The page goes by the new order. */
function adopt(by: string, images: readonly Blob[], measured: boolean): void {
  const old = store.model.value;
  if (!old) return;
  const next = { ...old, origin: { ...old.origin, ranking: by } };
  keepHolding(old, next);
  batch(() => {
    store.ranked.value = { images, measured };
    store.model.value = next;
    store.controls.criterion.value = "reconstruction";
    store.controls.compensation.value = "moments";
    store.controls.per.value = "own";
  });
}

/** What the output is predicted to lose under the plan on the page, in nats; null where it is not known. */
const found = signal<{ identity: string; kl: number | null } | null>(null);
export const predicted = computed(() => (found.value?.identity === store.identity.value ? found.value.kl : null));

export function startPredicting(): void {
  effect(() => {
    const of = store.shown.value;
    if (!of || store.controls.criterion.value !== "reconstruction") return;
    const { identity } = of;
    plannerCall((core) => core.predictedKl(store.options.peek())).then(
      (kl) => {
        found.value = { identity, kl };
      },
      () => {
        // The plan itself reports what is wrong.
      },
    );
  });
}
