/** Proportions and their intervals as a person reads them. */
import { words } from "../words";
import { fixed } from "./format";

const NBSP = "\u00a0";

export type Interval = readonly [number, number];

/** 0.9073 → "90.7". */
export function hundredths(share: number, digits = 1): string {
  const text = fixed(100 * share, digits);
  return /^-0[.,]?0*$/.test(text) ? text.slice(1) : text.replace("-", "−");
}

export function shareText(share: number | null | undefined, digits = 1): string {
  return share === null || share === undefined ? "–" : `${hundredths(share, digits)}${NBSP}%`;
}

export function intervalText(interval: Interval | null | undefined): string {
  return interval ? `${hundredths(interval[0])}${NBSP}–${NBSP}${hundredths(interval[1])}` : "";
}

/** A change of a proportion in points, always with its sign. */
export function pointsText(change: number, digits = 1): string {
  const text = hundredths(change, digits);
  return text.startsWith("−") || /^[0.,]+$/.test(text) ? text : `+${text}`;
}

export function pointsInterval(interval: Interval): string {
  return words.numbers.interval(pointsText(interval[0]), pointsText(interval[1]));
}

/** "12 s left", "3 min left"; nothing while it is not known. */
export function timeLeft(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return "";
  if (seconds < 90) return words.numbers.secondsLeft(String(Math.max(1, Math.round(seconds))));
  if (seconds < 5400) return words.numbers.minutesLeft(String(Math.round(seconds / 60)));
  return words.numbers.hoursLeft(fixed(seconds / 3600, 1));
}
