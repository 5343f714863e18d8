/** Numbers and names as a person reads them. */
import type { Change } from "../wasm/core";
import { language } from "../words/language";

const NBSP = "\u00a0";
const grouped = new Intl.NumberFormat(language);
const POINT = grouped.formatToParts(0.5).find((it) => it.type === "decimal")!.value;

/** So many digits behind the point, which is a comma elsewhere. */
export function fixed(n: number, digits: number): string {
  return written(n.toFixed(digits));
}

function written(digits: string): string {
  return POINT === "." ? digits : digits.replace(".", POINT);
}

export function count(n: number): string {
  return grouped.format(Math.round(n));
}

/** 823,722 → 824 k; 12,167,168 → 12.2 M. */
export function compact(n: number): string {
  for (const [unit, size] of [
    ["G", 1e9],
    ["M", 1e6],
    ["k", 1e3],
  ] as const) {
    if (n >= size * 0.9995) return (n / size >= 99.95 ? fixed(n / size, 0) : fixed(n / size, 1)) + NBSP + unit;
  }
  return grouped.format(n);
}

/** In full while that is short. */
export function brief(n: number): string {
  return n < 1e5 ? count(n) : compact(n);
}

export function bytes(n: number): string {
  if (n >= 1e6) return `${fixed(n / 1e6, n >= 1e8 ? 0 : 1) + NBSP}MB`;
  if (n >= 1e3) return `${fixed(n / 1e3, 0) + NBSP}kB`;
  return `${n + NBSP}B`;
}

/** Removed share of a count, in percent; 0 of 0 is 0. */
export function removedPercent(change: Change): number {
  return change.before > 0 ? (100 * (change.before - change.after)) / change.before : 0;
}

export function percent(value: number): string {
  const text = value.toFixed(1);
  return `${written(text === "-0.0" ? "0.0" : text) + NBSP}%`;
}

export function milliseconds(ms: number): string {
  if (ms >= 1000) return `${fixed(ms / 1000, 2) + NBSP}s`;
  return `${fixed(ms, ms >= 100 ? 0 : ms >= 10 ? 1 : 2) + NBSP}ms`;
}

/** A probability that never shows 1 or 0 unless it is. */
export function probability(p: number): string {
  if (p === 0 || p === 1) return String(p);
  if (p > 0.9999995) return `1${NBSP}−${NBSP}${exponent(1 - p)}`;
  if (p < 0.0001) return exponent(p);
  const distance = Math.min(p, 1 - p);
  return fixed(p, Math.min(8, Math.max(3, 1 - Math.floor(Math.log10(distance * 1.0001)))));
}

/** Four significant digits with a real minus sign. */
export function value(x: number): string {
  if (x === 0) return "0";
  const size = Math.abs(x);
  const text = size >= 1e5 || size < 1e-3 ? exponent(x) : written(x.toPrecision(size < 1 ? 3 : 4));
  return text.replace("-", "−");
}

/** N(β, s²), with a power of ten kept apart from the square. */
export function normal(mean: number, std: number): string {
  const s = value(std);
  return `N(${value(mean)}, ${s.includes("·") ? `(${s})` : s}²)`;
}

function exponent(x: number): string {
  const [mantissa = "", power = "0"] = x.toExponential(1).split("e");
  return `${written(mantissa)}·10${superscript(Number(power))}`.replace("-", "−");
}

function superscript(n: number): string {
  return String(n).replace(/[-0-9]/g, (c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)]!));
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** File stem that says what was done: mobilenet.probability-0.99-shift. */
export function planFileStem(file: string, criterion: string, amount: number, compensation: string): string {
  const stem = file.replace(/\.onnx$/i, "") || "network";
  return `${stem}.${criterion}-${amount}-${compensation}`.replace(/[^\w.×-]+/g, "_");
}
