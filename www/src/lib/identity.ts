/**
 * What a product was made from, as one short text. A product is a pruned file, and whatever was worked out with one:
 * answers, times, an evaluation. The page shows a product as current, and saves it, only while its identity is that
 * of the page. Workers say themselves where their answers come from: nobody else knows what they hold.
 */
import type { PlanOptions } from "../wasm/core";

/** What a worker holds when it answers. */
export interface Origin {
  /** Which opened file, see `networkOf`. */
  network: string;
  /** Digest of the images it was measured on, with how they were read; "" without a measurement. */
  statistics: string;
  /** Digest of the images that `reconstruction` orders channels by; "" before they were measured. */
  ranking: string;
  /** Whether the measurement supplies means and deviations that plans are made of. */
  planned: boolean;
}

export const NOWHERE: Origin = { network: "", statistics: "", ranking: "", planned: false };

let networks = 0;
const numbers = new WeakMap<Blob, string>();

/** One name per opened file, however often workers open it again. */
export function networkOf(file: Blob): string {
  const known = numbers.get(file) ?? `net-${++networks}`;
  numbers.set(file, known);
  return known;
}

/** Equal keys mean equal plans of one network. */
export function keyOf(plan: PlanOptions): string {
  return JSON.stringify({
    ...plan,
    ...(plan.criterion === "probability" ? { share: 0, seed: 0, per: "own" } : { threshold: 0 }),
  });
}

/** Identity of a cut network. A measurement that its plan does not depend on leaves it what it is. */
export function identityOf({ network, statistics, ranking, planned }: Origin, plan: PlanOptions): string {
  const by = plan.criterion ?? "probability";
  const counted = planned || by === "apoz" ? statistics : "";
  const measured = by === "reconstruction" ? `${counted}+${ranking}` : counted;
  return `${network}|${measured}|${keyOf(plan)}`;
}

/** A cut network, and what it was repaired with: "" for none. */
export interface Made {
  identity: string;
  repair: string;
}

export function sameMade(a: Made, b: Made): boolean {
  return a.identity === b.identity && a.repair === b.repair;
}
