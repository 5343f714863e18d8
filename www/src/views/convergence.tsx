/** How far the measurement can be trusted: one channel and all of them, image by image. */

import { fixed, value } from "../lib/format";
import { movement, trace as selectedTrace, type Trace } from "../state/convergence";
import { controls } from "../state/store";
import type { ChannelDetail } from "../wasm/core";
import { words } from "../words";

const WIDTH = 110;
const HEIGHT = 34;
const EDGE = 4;

/** Less than this a person would not read off as a change. */
const STEADY = 0.005;

/** The selected channel's P as images were added; its zeros, where BatchNorm already says P. */
export function TraceView({ detail }: { detail: ChannelDetail }) {
  const trace = selectedTrace.value;
  if (!trace) return null;
  const { images, values, gaussian } = trace;
  const what = gaussian ? words.channel.trace.p : words.channel.trace.zeros;
  const last = values.at(-1)!;
  if (values.length < 2) {
    return <p class="hint">{words.channel.trace.one(what, share(last))}</p>;
  }
  const moved = Math.abs(last - values.at(-2)!);
  // What reads the channel sees the pair's second half.
  const expected = detail.role === "before" ? detail.partner?.probability : detail.this.probability;
  const limit = !gaussian
    ? (expected ?? null)
    : controls.criterion.value === "probability"
      ? controls.threshold.value
      : null;
  return (
    <figure class="trace">
      <Line trace={trace} limit={limit} />
      <figcaption class="hint" title={words.channel.trace.from(images[0]!, images.at(-1))}>
        {words.channel.trace.moved(what, share(values[0]!), share(last), moved <= STEADY)}
      </figcaption>
    </figure>
  );
}

function share(x: number): string {
  return fixed(x, 3);
}

function Line({ trace, limit }: { trace: Trace; limit: number | null }) {
  const { images, values, gaussian } = trace;
  const all = limit === null ? values : [...values, limit];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const span = Math.max(high - low, 0.02);
  const middle = (low + high) / 2;
  const y = (v: number) => HEIGHT / 2 - ((v - middle) / span) * (HEIGHT - 2 * EDGE);
  const [first, last] = [images[0]!, images.at(-1)!];
  const x = (n: number) => EDGE + ((n - first) / Math.max(1, last - first)) * (WIDTH - 2 * EDGE);
  const points = values.map((v, i) => `${x(images[i]!).toFixed(1)},${y(v).toFixed(1)}`);
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={words.channel.trace.line(gaussian, values.slice(0, 24).map(share))}
    >
      {limit === null ? null : <line class="trace-limit" x1={0} x2={WIDTH} y1={y(limit)} y2={y(limit)} />}
      {limit === null ? null : (
        <text class="trace-name" x={WIDTH} y={y(limit) < HEIGHT / 2 ? y(limit) + 10 : y(limit) - 3} text-anchor="end">
          {gaussian ? words.channel.trace.tau : words.channel.trace.p}
        </text>
      )}
      <path class="trace-line" d={`M${points.join(" L")}`} />
      <circle class="trace-end" cx={x(last)} cy={y(values.at(-1)!)} r={2.5} />
    </svg>
  );
}

/** All channels: what the last images still changed. */
export function MovementText() {
  const now = movement.value;
  if (!now) return null;
  const { added, channels, largest, crossed, gaussian } = now;
  return (
    <>
      {words.channel.trace.movement(added, gaussian, channels, value(now.median), value(largest))}{" "}
      {crossed !== null
        ? words.channel.trace.crossed(crossed)
        : largest <= STEADY
          ? words.channel.trace.settled
          : words.channel.trace.unsettled}
    </>
  );
}
