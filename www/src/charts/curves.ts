/** Geometry of the curves: axes, lines, bands, and which point is nearest. No state. */
import { type ScaleLinear, scaleLinear } from "d3-scale";
import { area, line } from "d3-shape";
import type { Change, Evaluation } from "../wasm/core";

export type XAxis = "macs" | "params";
export type YAxis = "accuracy" | "agreement";

export interface CurvePoint {
  x: number;
  y: number;
  low: number;
  high: number;
}

export interface Frame {
  width: number;
  height: number;
  x: ScaleLinear<number, number>;
  y: ScaleLinear<number, number>;
}

export const MARGIN = { top: 12, right: 14, bottom: 34, left: 44 };

export function removedShare(of: Change): number {
  return of.before > 0 ? (of.before - of.after) / of.before : 0;
}

/** Where a judged plan lies; null where the data can not say (no labels, no accuracy). */
export function place(
  costs: { macs: Change; params: Change },
  result: Evaluation | null,
  x: XAxis,
  y: YAxis,
): CurvePoint | null {
  const against = result?.against;
  if (!against) return null;
  const value = against[y];
  const [low, high] = (y === "accuracy" ? against.accuracy_interval : against.agreement_interval) ?? [value, value];
  if (value === null || low === null || high === null) return null;
  return { x: removedShare(costs[x]), y: value, low, high };
}

/** Axes that hold everything; the upper end of y is where the original is. */
export function frame(
  size: { width: number; height: number },
  points: readonly CurvePoint[],
  reach: { x: number; y: number },
): Frame {
  const { width, height } = size;
  const right = Math.max(0.1, reach.x, ...points.map((it) => it.x));
  const lowest = Math.min(reach.y - 0.05, ...points.map((it) => it.low));
  const highest = Math.max(reach.y, ...points.map((it) => it.high));
  const spare = 0.04 * (highest - lowest);
  return {
    width,
    height,
    x: scaleLinear([0, Math.min(1, right * 1.03)], [MARGIN.left, width - MARGIN.right]),
    y: scaleLinear([Math.max(0, lowest - spare), Math.min(1, highest + spare)], [height - MARGIN.bottom, MARGIN.top]),
  };
}

const sorted = (points: readonly CurvePoint[]) => [...points].sort((a, b) => a.x - b.x);

export function linePath(points: readonly CurvePoint[], { x, y }: Frame): string {
  const path = line<CurvePoint>(
    (it) => x(it.x),
    (it) => y(it.y),
  ).digits(1);
  return path(sorted(points)) ?? "";
}

export function bandPath(points: readonly CurvePoint[], { x, y }: Frame): string {
  const path = area<CurvePoint>(
    (it) => x(it.x),
    (it) => y(it.low),
    (it) => y(it.high),
  ).digits(1);
  return path(sorted(points)) ?? "";
}

/** The nearest point within `reach` pixels; −1 when there is none. */
export function nearest(
  points: readonly (CurvePoint | null)[],
  { x, y }: Frame,
  at: [number, number],
  reach = 40,
): number {
  let best = -1;
  let least = reach * reach;
  points.forEach((it, i) => {
    if (!it) return;
    const distance = (x(it.x) - at[0]) ** 2 + (y(it.y) - at[1]) ** 2;
    if (distance < least) [best, least] = [i, distance];
  });
  return best;
}
