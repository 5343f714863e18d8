/** Values with their 95 % intervals on a common axis. */

import { scaleLinear } from "d3-scale";
import { hundredths, type Interval, intervalText, shareText } from "../../lib/proportion";
import { words } from "../../words";

export interface WhiskerRow {
  kind: "original" | "pruned" | "repaired";
  value: number | null;
  interval: Interval | null;
}

interface Props {
  title: string;
  rows: WhiskerRow[];
  /** Least room on either side of what is drawn, and where the axis ends at the latest. */
  room: number;
  inside: Interval;
  /** Whether 0 is always on the axis, with a line: "no change". */
  zero?: boolean;
}

const WIDTH = 240;
const LABEL = 58;
const ROW = 20;
const AXIS = 18;
const TOP = 16;

export function Whiskers({ title, rows, room, inside, zero }: Props) {
  const ends = rows.flatMap((it) => (it.interval ? [...it.interval] : it.value === null ? [] : [it.value]));
  if (zero) ends.push(0);
  const known = ends.length > (zero ? 1 : 0);
  const low = Math.max(inside[0], Math.min(...(known ? ends : [zero ? -0.05 : 0])) - room);
  const high = Math.min(inside[1], Math.max(...(known ? ends : [zero ? 0.05 : 1])) + room);
  const x = scaleLinear([low, high], [LABEL, WIDTH - 8]);
  const height = TOP + rows.length * ROW + AXIS;
  const said = rows.map((it) =>
    words.lab.evaluation.pictureRow(words.lab.evaluation[it.kind], shareText(it.value), intervalText(it.interval)),
  );
  return (
    <figure class="whiskers">
      <svg viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={words.lab.evaluation.picture(title, said)}>
        <text class="whisker-title" x={LABEL} y={10}>
          {title}
        </text>
        {x.ticks(4).map((tick) => (
          <g key={tick}>
            <line class="whisker-grid" x1={x(tick)} x2={x(tick)} y1={TOP} y2={height - AXIS + 3} />
            <text class="whisker-tick" x={x(tick)} y={height - 4} text-anchor="middle">
              {hundredths(tick, Math.abs((100 * tick) % 1) > 1e-6 ? 1 : 0)}
            </text>
          </g>
        ))}
        {zero ? <line class="whisker-zero" x1={x(0)} x2={x(0)} y1={TOP} y2={height - AXIS + 3} /> : null}
        {rows.map((it, i) => (
          <Row key={it.kind} of={it} x={x} y={TOP + (i + 0.5) * ROW} />
        ))}
      </svg>
    </figure>
  );
}

function Row({ of, x, y }: { of: WhiskerRow; x: (value: number) => number; y: number }) {
  const { kind, value, interval } = of;
  return (
    <g class={`whisker ${kind}`}>
      <text x={LABEL - 8} y={y + 3.5} text-anchor="end">
        {words.lab.evaluation[kind]}
      </text>
      {interval ? (
        <path
          d={`M${x(interval[0])} ${y}H${x(interval[1])}M${x(interval[0])} ${y - 4}v8M${x(interval[1])} ${y - 4}v8`}
        />
      ) : null}
      {value === null ? null : <circle cx={x(value)} cy={y} r={3.5} />}
    </g>
  );
}
