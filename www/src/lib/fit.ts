/** How well a bell predicted how often a channel is pinned, over many channels. Pure. */

export interface Tested {
  site: number;
  channel: number;
  /** What the Gaussian says, and which share of the values was pinned on the images. */
  p: number;
  measured: number;
}

export interface FitSummary {
  tested: number;
  /** Shares of the tested channels whose P is so near to what was measured. */
  near: number;
  nearer: number;
  /** Channels that τ calls dead, and how many of these the images pin about as often. */
  dead: number;
  deadHeld: number;
  /** Those furthest off, worst first. */
  worst: Tested[];
}

/** Distances that count as near, in shares: a twentieth is what a person would not mind. */
export const NEAR = 0.1;
export const NEARER = 0.05;
const WORST = 3;

export function summarise(all: readonly Tested[], threshold: number): FitSummary {
  const off = (it: Tested) => Math.abs(it.p - it.measured);
  const share = (within: number) =>
    all.length === 0 ? Number.NaN : all.filter((it) => off(it) <= within).length / all.length;
  const dead = all.filter((it) => it.p >= threshold);
  return {
    tested: all.length,
    near: share(NEAR),
    nearer: share(NEARER),
    dead: dead.length,
    deadHeld: dead.filter((it) => it.measured >= threshold - NEARER).length,
    worst: [...all].sort((a, b) => off(b) - off(a)).slice(0, WORST),
  };
}

/** At most `most` of `total` places, evenly spread, the first among them. */
export function spread(total: number, most: number): number[] {
  const count = Math.min(total, most);
  return Array.from({ length: count }, (_, i) => Math.floor((i * total) / count));
}
