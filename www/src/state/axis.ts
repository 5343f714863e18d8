/** The axis: how many MACs go at which threshold or share, and back. */
import { computed, effect, signal } from "@preact/signals";
import { removedPercent } from "../lib/format";
import { logit, thresholdAt } from "../lib/logit";
import { plannerCall } from "./engines";
import { curveShown, setAmount } from "./planning";
import * as store from "./store";

/** Amounts by the MACs they remove, from none to most. */
const scale = computed(() => {
  const curve = curveShown.value;
  if (!curve || curve.macs.length === 0) return null;
  const byShare = store.takesShare.value;
  const points = curve.amounts.slice(0, curve.macs.length).map((amount, i) => ({ amount, macs: curve.macs[i]! }));
  points.sort((a, b) => a.macs - b.macs || (byShare ? a.amount - b.amount : b.amount - a.amount));
  return { points, byShare };
});

/** Largest share of the MACs that this order can remove, in percent. */
export const farthest = computed(() => scale.value?.points.at(-1)?.macs ?? 0);

function mix(a: number, b: number, part: number, byShare: boolean): number {
  if (byShare) return a + (b - a) * part;
  return thresholdAt(logit(a) + (logit(b) - logit(a)) * part);
}

/** The amount that removes about so many percent of the MACs; null until the costs are known. */
export function amountFor(macs: number): number | null {
  const of = scale.value;
  if (!of) return null;
  const { points, byShare } = of;
  if (macs <= 0) return byShare ? 0 : 1;
  const at = points.findIndex((it) => it.macs >= macs);
  if (at < 0) return points.at(-1)!.amount;
  const [a, b] = [points[Math.max(0, at - 1)]!, points[at]!];
  const part = b.macs > a.macs ? (macs - a.macs) / (b.macs - a.macs) : 1;
  const amount = mix(a.amount, b.amount, part, byShare);
  return byShare ? Number(amount.toFixed(4)) : Number(amount.toPrecision(6));
}

/** MACs removed, in percent, at an amount. */
export function macsAt(amount: number): number | null {
  const curve = curveShown.value;
  if (!curve || curve.macs.length < 2) return null;
  const { amounts, macs } = curve;
  const up = amounts.at(-1)! > amounts[0]!;
  const place = (x: number) => (store.takesShare.peek() ? x : logit(x));
  const n = macs.length;
  for (let i = 1; i < n; i++) {
    const [a, b] = [amounts[i - 1]!, amounts[i]!];
    const inside = up ? amount >= a && amount <= b : amount <= a && amount >= b;
    if (!inside) continue;
    const span = place(b) - place(a);
    const part = span === 0 ? 0 : (place(amount) - place(a)) / span;
    return macs[i - 1]! + (macs[i]! - macs[i - 1]!) * Math.min(1, Math.max(0, part));
  }
  return amount <= Math.min(amounts[0]!, amounts[n - 1]!) === up ? macs[0]! : macs[n - 1]!;
}

/** Where the handle was dragged to: plans come in steps, the finger does not. */
const dragged = signal<{ macs: number; amount: number } | null>(null);

/** Where the handle stands, in percent of the MACs. */
export const handle = computed(() => {
  const target = dragged.value;
  if (target && target.amount === store.amount.value) return target.macs;
  const preview = store.live.drag.value?.preview;
  return preview ? removedPercent(preview.macs) : 0;
});

export function dragTo(macs: number, since: number): void {
  const amount = amountFor(macs);
  if (amount === null) return;
  dragged.value = { macs, amount };
  setAmount(amount, since);
}

/** Let go: the handle goes to where the plan is. */
export function released(): void {
  dragged.value = null;
}

/** The paper's thresholds along the recommended order, and the share at which each of them is reached. */
export const TICKS = [0.9999, 0.999, 0.99] as const;
const FINE = [...Array.from({ length: 41 }, (_, i) => thresholdAt(4.6 + 0.25 * (40 - i))), 0.99];
const shares = signal<{ of: unknown; ticks: number[]; fine: number[] }>({ of: null, ticks: [], fine: [] });

export interface Tick {
  tau: number;
  macs: number;
}

export const ticks = computed<Tick[]>(() => {
  if (store.controls.criterion.value === "recommended") {
    if (shares.value.of !== store.model.value) return [];
    return shares.value.ticks.flatMap((share, i) => {
      const macs = macsAt(share);
      return macs === null ? [] : [{ tau: TICKS[i]!, macs }];
    });
  }
  if (store.controls.criterion.value !== "probability") return [];
  return [0.9999, 0.99, 0.9, 0.7, 0.5, 0.3].flatMap((tau) => {
    const macs = macsAt(tau);
    return macs === null ? [] : [{ tau, macs }];
  });
});

/** The τ that the handle stands at, while the recommended order goes through the dead channels; null beyond. */
export const tauHere = computed<number | null>(() => {
  if (store.controls.criterion.value === "probability") return store.controls.threshold.value;
  const { of, fine } = shares.value;
  if (store.controls.criterion.value !== "recommended" || of !== store.model.value) return null;
  const share = store.controls.share.value;
  const at = fine.findIndex((it) => it >= share - 1e-9);
  return at < 0 ? null : FINE[at]!;
});

export function startAxis(): void {
  effect(() => {
    const of = store.model.value;
    if (!of) return;
    plannerCall((core) => core.deadShares([...TICKS, ...FINE])).then(
      (found) => {
        if (store.model.value === of)
          shares.value = { of, ticks: found.slice(0, TICKS.length), fine: found.slice(TICKS.length) };
      },
      () => {
        // Only marks on the axis: the plan itself reports what is wrong.
      },
    );
  });
}
