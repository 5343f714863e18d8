/** The small models that the lessons are played with: one signal through a depthwise convolution, and a price on scales. Pure. */
import { normalBelow } from "./distribution";

export type StoryCase = "keep" | "output_dead" | "input_dead" | "both_dead";

/** From this probability on a channel of the story counts as dead. */
export const DEAD = 0.99;
/** Positions of the image that are followed. */
export const POSITIONS = 100;
const EPSILON = 1e-5;

/** Standard normal quantiles of evenly spaced probabilities: a bell's worth of values without chance. */
export const QUANTILES: readonly number[] = Array.from({ length: POSITIONS }, (_, i) =>
  quantile((i + 0.5) / POSITIONS),
);

/** Φ⁻¹ by bisection: a hundred numbers, once. */
function quantile(p: number): number {
  let [low, high] = [-6, 6];
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (normalBelow(middle, 0, 1) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Share of a bell of width 1 that ReLU turns into 0. */
export const deadShare = (beta: number): number => normalBelow(0, beta, 1);

export interface Signal {
  /** Each position's value after the first normalisation, its ReLU, the second normalisation, and its ReLU. */
  values: [number, number, number, number][];
  /** Width of the second bell: 0 once nothing arrives. */
  width: number;
  before: number;
  after: number;
  case: StoryCase;
  /** What leaves, where that is the same everywhere; else null. */
  constant: number | null;
}

/** One channel through normalisation, ReLU, depthwise convolution, normalisation, ReLU; γ is 1 on both sides. */
export function follow(beta: number, betaAfter: number): Signal {
  const arrived = QUANTILES.map((z) => beta + z);
  const through = arrived.map((it) => Math.max(0, it));
  const mean = through.reduce((a, b) => a + b, 0) / POSITIONS;
  const variance = through.reduce((sum, it) => sum + (it - mean) ** 2, 0) / POSITIONS;
  const values = arrived.map((it, i): Signal["values"][number] => {
    const normalised = betaAfter + (through[i]! - mean) / Math.sqrt(variance + EPSILON);
    return [it, through[i]!, normalised, Math.max(0, normalised)];
  });
  const width = Math.sqrt(variance / (variance + EPSILON));
  const before = deadShare(beta);
  // Dead before it: what arrives is one number nearly everywhere, and which side of 0 that is decides.
  const usual = values[0]![2];
  const after = before >= DEAD ? (usual <= 0 ? 1 : 0) : values.filter((it) => it[2] <= 0).length / POSITIONS;
  const names = ["keep", "output_dead", "input_dead", "both_dead"] as const;
  const found = names[(before >= DEAD ? 2 : 0) + (after >= DEAD ? 1 : 0)]!;
  const constant = found === "keep" ? null : found === "input_dead" ? Math.max(0, usual) : 0;
  return { values, width, before, after, case: found, constant };
}

/** How much each of a few channels helps the answers, from nearly nothing to much. */
export const USE = [0.02, 0.05, 0.08, 0.12, 0.2, 0.3, 0.45, 0.6, 0.8, 1, 1.3, 1.7] as const;

/**
 * Scales that training settles on if channel i gains use·(1 − e^−γ) and pays price·γ: the slope of the gain meets the
 * price at γ = ln(use / price), or not at all.
 */
export function scalesAt(price: number): number[] {
  return USE.map((use) => (price <= 0 ? MOST_SCALE : Math.min(MOST_SCALE, Math.max(0, Math.log(use / price)))));
}

/** Without a price nothing ends the growth; weights do not grow for ever. */
export const MOST_SCALE = 3;

/** What ties two layers' channels: a sum, channel by channel, or groups that keep equally many. */
export type Tie = "sum" | "groups";
export type ChannelState = "kept" | "withheld" | "removed";
/** Channels in each of the two. */
export const EACH = 8;

/** What becomes of two times eight channels when those in `useless` help nothing; the second eight count on from the first. */
export function channelStates(useless: ReadonlySet<number>, tie: Tie): ChannelState[] {
  const of = (side: 0 | 1) => Array.from({ length: EACH }, (_, i) => side * EACH + i).filter((it) => useless.has(it));
  const [one, other] = [of(0), of(1)];
  const most = Math.min(one.length, other.length);
  const gone = new Set(
    tie === "sum"
      ? one.filter((it) => useless.has(it + EACH)).flatMap((it) => [it, it + EACH])
      : [...one.slice(0, most), ...other.slice(0, most)],
  );
  return Array.from({ length: 2 * EACH }, (_, i) => (gone.has(i) ? "removed" : useless.has(i) ? "withheld" : "kept"));
}
