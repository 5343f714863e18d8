/** Channel pruning of ONNX image networks, for Node (20 or later) and browsers. */
import type { Evaluation, Overview, Plan, PlanOptions } from "./core.js";

export type * from "./core.js";

/** A file's bytes: an ONNX network, or a PNG, JPEG or WebP image. */
export type Bytes = Uint8Array | ArrayBuffer | Blob;

export interface Named {
  /** The file's name, for sentences on errors. */
  name?: string;
}

/** What one step of `shrink` has done. */
export interface Progress {
  stage: "summing" | "trying" | "refitting";
  done: number;
  total: number;
}

export interface ShrinkOptions extends Named, Pick<PlanOptions, "floor" | "multiple" | "locked" | "layers"> {
  /** MACs to remove, in percent. Give this or `params`. */
  macs?: number;
  /** Parameters to remove, in percent. */
  params?: number;
  /** Unlabelled images as encoded files. Of 32 or more a fifth, and what exceeds 250, is left out of the fit and judged by. */
  images?: Iterable<Bytes> | AsyncIterable<Bytes>;
  /** How the network reads images, such as "imagenet" or "cifar10"; guessed from the file if left out. */
  preset?: string;
  onProgress?: (progress: Progress) => void;
  /** Looked at after every step. */
  signal?: AbortSignal;
}

export interface Pruned<Report = Plan> {
  /** The smaller network. It was compared with a masked copy of the original: `report.check`. */
  bytes: Uint8Array;
  report: Report;
}

export interface ShrinkReport extends Plan {
  /** Images that were fitted to. */
  images: number;
  /** Images that were not, and that `evaluation` is on. */
  judged_on: number;
  /** Both networks on those images: agreement with its interval. */
  evaluation: Evaluation | null;
  /** Why there is no evaluation. */
  not_judged: string | null;
}

/** Loads the WebAssembly beforehand; every function here does it by itself when it is first called. */
export function load(): Promise<void>;
/** Layers, channels, statistics, parameters and MACs. */
export function inspect(model: Bytes, options?: Named): Promise<Overview>;
/** What a plan would remove and save; nothing is cut. */
export function plan(model: Bytes, options?: PlanOptions & Named): Promise<Plan>;
/** Carries a plan out. */
export function apply(model: Bytes, options?: PlanOptions & Named): Promise<Pruned>;
/**
 * A smaller network for one target, everything else chosen by what is at hand: with images by what the other channels can
 * make up for, and refitted; without, by the file alone. Rejects with one sentence where the result would be a wrong file.
 */
export function shrink(model: Bytes, options: ShrinkOptions): Promise<Pruned<ShrinkReport>>;
