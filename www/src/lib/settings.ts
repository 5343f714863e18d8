/** What a plan is made from, as one value. */
import type { Compensation, Criterion, Per } from "../wasm/core";

export interface Settings {
  criterion: Criterion;
  threshold: number;
  share: number;
  compensation: Compensation;
  per: Per;
  seed: number;
  floor: number;
  multiple: number;
  /** Indices into the overview's layers. */
  locked: number[];
  /** What single rows have to themselves (see lib/own.ts). */
  own: string;
}
