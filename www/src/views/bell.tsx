/** A Gaussian with its pinned area shaded and, when there is one, the measured histogram over it. */
import { area, frameFor, isPoint, outline, ticks, toX } from "../charts/gaussian";
import { value } from "../lib/format";
import type { Histogram } from "../wasm/core";

/** Round numbers need no trailing zeros; tiny ones need a power of ten. */
function tickLabel(tick: number): string {
  return tick !== 0 && Math.abs(tick) < 1e-3 ? value(tick) : String(tick).replace("-", "−");
}

const WIDTH = 150;
const HEIGHT = 66;
const AXIS = 16;

export function Bell(props: {
  mean: number;
  std: number;
  low: number | null;
  high: number | null;
  histogram: Histogram | null;
  /** Colour of the pinned area: "input-dead", "output-dead" or none. */
  dead: string;
  /** A value to point at. */
  mark?: number | null;
  name: string;
}) {
  const { mean, std, low, high, histogram, mark = null } = props;
  const frame = frameFor(mean, std, low, histogram, WIDTH, HEIGHT, mark);
  const x = (at: number) => toX(frame, at);
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT + AXIS}`} role="img" aria-label={props.name} class={props.dead}>
      {!isPoint(frame, std) ? (
        <>
          <path class="bell-fill" d={area(frame, mean, std)} />
          {low !== null ? <path class="bell-pinned" d={area(frame, mean, std, frame.low, low)} /> : null}
          {high !== null ? <path class="bell-saturated" d={area(frame, mean, std, high)} /> : null}
          {histogram ? <Bars histogram={histogram} std={std} x={x} /> : null}
          <path class="bell-line" d={outline(frame, mean, std)} />
        </>
      ) : (
        <>
          {histogram ? <Bars histogram={histogram} std={std} x={x} /> : null}
          <line class="bell-mass" x1={x(mean)} x2={x(mean)} y1={6} y2={HEIGHT} />
        </>
      )}
      {[low, high].map((end) =>
        end !== null && end >= frame.low && end <= frame.high ? (
          <line key={end} class="bell-end" x1={x(end)} x2={x(end)} y1={2} y2={HEIGHT} />
        ) : null,
      )}
      {mark !== null ? (
        <path class="bell-mark" d={`M${x(mark)},${HEIGHT} l-5,-9 h10 z M${x(mark)},${HEIGHT - 9} V8`} />
      ) : null}
      <line class="bell-axis" x1={0} x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
      {ticks(frame.low, frame.high, 3).map((tick) => (
        <text
          key={tick}
          class="bell-tick"
          x={Math.min(WIDTH - 10, Math.max(10, x(tick)))}
          y={HEIGHT + 13}
          text-anchor="middle"
        >
          {tickLabel(tick)}
        </text>
      ))}
    </svg>
  );
}

/** Heights are densities on the scale of the bell, so that the two can be compared. */
function Bars({ histogram, std, x }: { histogram: Histogram; std: number; x: (at: number) => number }) {
  const total = histogram.counts.reduce((a, b) => a + b, 0);
  const width = (histogram.high - histogram.low) / Math.max(1, histogram.counts.length);
  if (total === 0 || !(width > 0)) return null;
  const reference = std > 0 ? std : histogram.std;
  const peak = 1 / (reference * Math.sqrt(2 * Math.PI));
  return (
    <g class="bell-bars">
      {histogram.counts.map((n, i) => {
        const from = histogram.low + i * width;
        const height = Math.min(HEIGHT, (0.92 * HEIGHT * (n / total / width)) / peak);
        const left = Math.max(0, x(from));
        const right = Math.min(WIDTH, x(from + width));
        if (n === 0 || right <= left) return null;
        return <rect key={from} x={left} width={right - left} y={HEIGHT - height} height={height} />;
      })}
    </g>
  );
}
