/** Curves for the channel view, as SVG path data in a fixed view box. Pure. */
export interface Frame {
  low: number;
  high: number;
  width: number;
  height: number;
}

const SAMPLES = 160;

export function density(x: number, mean: number, std: number): number {
  const z = (x - mean) / std;
  return Math.exp(-0.5 * z * z) / (std * Math.sqrt(2 * Math.PI));
}

/** The stretch of axis that shows the bell, the pinned ends and what was measured. */
export function frameFor(
  mean: number,
  std: number,
  low: number | null,
  measured: { low: number; high: number } | null,
  width: number,
  height: number,
  mark: number | null = null,
): Frame {
  // A point mass next to nothing else still deserves an axis with readable numbers.
  const spread = Math.max(3.6 * std, 0.02 * Math.abs(mean), std > 0 ? 1e-3 : 0.5);
  let a = mean - spread;
  let b = mean + spread;
  if (low !== null) {
    a = Math.min(a, low);
    b = Math.max(b, low);
    const margin = 0.06 * (b - a);
    a -= margin;
    b += margin;
  }
  if (mark !== null && (mark < a || mark > b)) {
    const margin = 0.06 * (b - a);
    a = Math.min(a, mark - margin);
    b = Math.max(b, mark + margin);
  }
  if (measured && measured.high > measured.low) {
    // Measured tails may be long; let them widen the view, not flatten the bell.
    a = Math.min(a, Math.max(measured.low, mean - 6 * spread));
    b = Math.max(b, Math.min(measured.high, mean + 6 * spread));
  }
  return { low: a, high: b, width, height };
}

/** Too narrow to be drawn as a bell: a point mass, as far as the eye can tell. */
export function isPoint(frame: Frame, std: number): boolean {
  return !(std > (frame.high - frame.low) / 500);
}

export function toX(frame: Frame, x: number): number {
  return ((x - frame.low) / (frame.high - frame.low)) * frame.width;
}

/** Closed area under the bell between `from` and `to`; scaled so that its peak takes 92 % of the height. */
export function area(frame: Frame, mean: number, std: number, from = frame.low, to = frame.high): string {
  const a = Math.max(frame.low, from);
  const b = Math.min(frame.high, to);
  if (!(b > a) || !(std > 0)) return "";
  const peak = density(mean, mean, std);
  const points = Array.from({ length: SAMPLES + 1 }, (_, i) => {
    const x = a + ((b - a) * i) / SAMPLES;
    const y = frame.height * (1 - (0.92 * density(x, mean, std)) / peak);
    return `${toX(frame, x).toFixed(2)},${y.toFixed(2)}`;
  });
  return `M${toX(frame, a).toFixed(2)},${frame.height} L${points.join(" L")} L${toX(frame, b).toFixed(2)},${frame.height} Z`;
}

/** The same without its base line, for the stroke. */
export function outline(frame: Frame, mean: number, std: number): string {
  return area(frame, mean, std)
    .replace(/^M[^ ]+ L/, "M")
    .replace(/ L[^ ]+ Z$/, "");
}

/** Round tick values, at most about `wanted` of them. */
export function ticks(low: number, high: number, wanted = 5): number[] {
  const raw = (high - low) / wanted;
  if (!(raw > 0) || !Number.isFinite(raw)) return [];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5, 10].find((m) => m * power >= raw) ?? 10);
  const out: number[] = [];
  for (let i = Math.ceil(low / step); i * step <= high; i++) out.push(Number((i * step).toPrecision(12)));
  return out;
}
