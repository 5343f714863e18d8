/** What crosses between the page and its workers, besides the core's own types. */
import type { Companion } from "../lib/companion";
import type { Made, Origin } from "../lib/identity";
import type {
  ChannelDetail,
  Explanation,
  Overview,
  Plan,
  PlanOptions,
  Prediction,
  Preview,
  Solved,
  Topology,
} from "../wasm/core";

export type { Companion } from "../lib/companion";

/** A trial is a network that is compared with the two; it is never downloaded. */
export type Which = "original" | "pruned" | `trial:${number}`;

/** A network as the page holds it after opening: overview and flat per-channel arrays. */
export interface Opened {
  origin: Origin;
  overview: Overview;
  means: Float32Array;
  stds: Float32Array;
  probabilities: Float32Array;
  saturations: Float32Array;
}

/** Everything one step of a drag paints. */
export interface Drag {
  preview: Preview;
  states: Uint8Array;
  layerChannels: Uint32Array;
  layerParams: Float64Array;
  layerMacs: Float64Array;
  /** The asked channel under the same options; null when it could not be described. */
  detail: ChannelDetail | null;
}

/** Removed parameters and MACs, in percent, at each asked threshold or share. */
export interface Curve {
  params: number[];
  macs: number[];
}

/** What the measurement says so far, per channel of the map. */
export interface Measured {
  probabilities: Float32Array;
  /** Fraction of zeros where the channel is read; NaN where it can never go. */
  zeros: Float32Array;
}

/** The order in which channels go by `reconstruction`: one worker measures it, the others take it over. */
export interface Ranking {
  /** Digest of the images that it was measured on. */
  by: string;
  images: number;
  places: Float64Array;
  predicted: Float64Array;
  measured: boolean;
}

/** What takes long in a measured cut. */
export type Phase = "summing" | "trying";

/** Where a guarded search stands. */
export interface GuardStep {
  /** To be evaluated next; null when the search is over. */
  next: number | null;
  /** Largest pruning so far that held; null when none did. */
  best: number | null;
  done: number;
  total: number;
}

export interface Api {
  version(): Promise<string>;
  /** `network` is the identity of the file (state/identity.ts). */
  open(name: string, bytes: Uint8Array, companions: Companion[], network: string): Promise<Opened>;
  /**
   * The calls that follow are about this network, and about this product where one is given: they are refused when the
   * worker holds another. To be sent right before them, so that nothing comes in between.
   */
  use(network: string, product: Made | null): Promise<void>;
  /** Where the answers come from; sent right behind a call, it is that of its answer. */
  origin(): Promise<Origin>;
  /** Identity of the network that `prunedBytes` gives and `infer("pruned")` runs. */
  made(): Promise<Made>;
  /** Overview and arrays anew, after a calibration. */
  refresh(): Promise<Opened>;
  scores(options: PlanOptions): Promise<Float32Array>;
  preview(options: PlanOptions, channel: [number, number] | null): Promise<Drag>;
  channel(site: number, channel: number, options: PlanOptions): Promise<ChannelDetail>;
  curve(options: PlanOptions, amounts: number[]): Promise<Curve>;
  solveMacs(options: PlanOptions, percent: number): Promise<Solved>;
  /** About `points` thresholds or shares, from least to most pruning, evenly over the MACs that can go. */
  sweepKnobs(options: PlanOptions, points: number): Promise<Float64Array>;
  /** Begins a search for the largest pruning that holds; `guardTell` says how the last answer did. */
  guardStart(knobs: Float64Array, steps: number, byProbability: boolean): Promise<GuardStep>;
  guardTell(knob: number, holds: boolean): Promise<GuardStep>;
  /** For each threshold, the share of the removable channels whose P reaches it. */
  deadShares(thresholds: number[]): Promise<number[]>;
  plan(options: PlanOptions): Promise<Plan>;
  prune(options: PlanOptions): Promise<Plan>;
  check(): Promise<import("../wasm/core").Check>;
  prunedBytes(): Promise<Uint8Array>;
  /** A file that says how its images are read. */
  withPreset(bytes: Uint8Array, preset: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Parameters and MACs of any file, counted as if it had just been opened. */
  count(bytes: Uint8Array): Promise<{ params: number; macs: number }>;
  infer(which: Which, image: Uint8Array, preset: string): Promise<Prediction>;
  setLabels(labels: string): Promise<void>;
  calibrate(image: Uint8Array, preset: string): Promise<number>;
  measured(): Promise<Measured>;
  clearCalibration(): Promise<void>;
  addRepairImage(image: Uint8Array, preset: string): Promise<number>;
  /** Images of a repair that was given up are not the next one's. */
  forgetRepairImages(): Promise<void>;
  /** On the images queued for a repair, which stay queued. */
  /** `blocks`: whole residual branches may leave. */
  rank(
    multiple: number,
    blocks: boolean,
    progress: (phase: Phase, done: number, total: number) => void,
  ): Promise<Ranking>;
  setRanking(ranking: Ranking | null): Promise<void>;
  /** KL that the output is predicted to have after the repair; null where it was not measured. */
  predictedKl(options: PlanOptions): Promise<number | null>;
  repair(options: PlanOptions, progress: (done: number, total: number) => void): Promise<Plan>;
  topology(): Promise<Topology>;
  /** Channels that stay: of every node of the topology, then of every edge. */
  topologyWidths(options: PlanOptions): Promise<Uint32Array>;
  explain(site: number, channel: number, options: PlanOptions): Promise<Explanation>;
  tryChannel(slot: number, site: number, channel: number, options: PlanOptions): Promise<void>;
  tryPlan(slot: number, options: PlanOptions): Promise<Plan>;
  forgetTrials(): Promise<void>;
}
