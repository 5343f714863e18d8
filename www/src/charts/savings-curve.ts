/** The savings curve with its axes, for paper; on the page the slider is its axis. Pure. */
import { type Drawing, textAt } from "./picture";

export interface SavingsCurve {
  params: readonly number[];
  macs: readonly number[];
}

interface Colours {
  ink: string;
  quiet: string;
  line: string;
  params: string;
  macs: string;
}

const SIZE = { width: 620, height: 280 };
const EDGE = { left: 44, right: 12, top: 18, bottom: 40 };
const SMALL = { size: 11 };

/** Ticks and the present amount are places from 0 to 1 along the slider. */
export function savingsCurve(
  { params, macs }: SavingsCurve,
  axis: { name: string; up: string; ticks: readonly (readonly [number, string])[]; now: number; nowName: string },
  colours: Colours,
): Drawing {
  const x = (share: number) => EDGE.left + share * (SIZE.width - EDGE.left - EDGE.right);
  const y = (percent: number) => SIZE.height - EDGE.bottom - (percent / 100) * (SIZE.height - EDGE.top - EDGE.bottom);
  const n = (value: number) => value.toFixed(1);
  const path = (values: readonly number[]) =>
    `M${values.map((it, i) => `${n(x(i / Math.max(1, values.length - 1)))},${n(y(it))}`).join(" L")}`;
  const floor = y(0);
  const parts = [0, 25, 50, 75, 100].map(
    (it) =>
      `<line x1="${EDGE.left}" x2="${SIZE.width - EDGE.right}" y1="${n(y(it))}" y2="${n(y(it))}" stroke="${colours.line}"/>` +
      textAt(EDGE.left - 6, y(it) + 4, String(it), SMALL, colours.quiet, ' text-anchor="end"'),
  );
  for (const [at, name] of axis.ticks) {
    parts.push(
      `<line x1="${n(x(at))}" x2="${n(x(at))}" y1="${floor}" y2="${floor + 4}" stroke="${colours.quiet}"/>`,
      textAt(x(at), floor + 17, name, SMALL, colours.quiet, ' text-anchor="middle"'),
    );
  }
  const side = axis.now > 0.8 ? ' text-anchor="end"' : "";
  parts.push(
    `<line x1="${n(x(axis.now))}" x2="${n(x(axis.now))}" y1="${EDGE.top}" y2="${floor}" stroke="${colours.ink}" stroke-width="1.5"/>`,
    textAt(x(axis.now) + (side ? -5 : 5), EDGE.top + 11, axis.nowName, SMALL, colours.ink, side),
    `<path d="${path(params)}" fill="none" stroke="${colours.params}" stroke-width="2"/>`,
    `<path d="${path(macs)}" fill="none" stroke="${colours.macs}" stroke-width="2" stroke-dasharray="6 3"/>`,
    textAt(EDGE.left - 6, 10, axis.up, SMALL, colours.quiet),
    textAt(SIZE.width - EDGE.right, SIZE.height - 4, axis.name, SMALL, colours.quiet, ' text-anchor="end"'),
  );
  return { ...SIZE, markup: parts.join("") };
}
