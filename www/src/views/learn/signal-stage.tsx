/**
 * The four cases as one signal's story: a hundred positions of one channel, followed through normalisation, ReLU,
 * depthwise convolution, normalisation and ReLU to the next layer. Both bells can be dragged.
 */
import { density } from "../../charts/gaussian";
import { fixed, probability } from "../../lib/format";
import { follow, type Signal } from "../../lib/story";
import { bells } from "../../state/learn";
import { words } from "../../words";
import { signed, slide } from "./slide";

const WIDTH = 900;
const HEIGHT = 230;
const REACH = 4.2;
const MOST = 3.5;
const COLUMNS = [150, 330, 590, 770] as const;
const BELL = 62;

const y = (value: number) => (HEIGHT * (REACH - Math.min(REACH, Math.max(-REACH, value)))) / (2 * REACH);

export function SignalStage() {
  const [before, after] = bells.value;
  const signal = follow(before, after);
  const look = signal.case.replace("_", "-");
  return (
    <div class={`tryout signal-stage ${look}`}>
      <svg viewBox={`0 -34 ${WIDTH} ${HEIGHT + 62}`}>
        <title>{words.learn.signal.name}</title>
        {COLUMNS.map((at, i) => (
          <text key={at} class="try-head" x={at} y={-18}>
            {words.learn.signal.columns[i]}
          </text>
        ))}
        <rect class="try-zero" x={COLUMNS[0] - BELL - 14} y={y(0)} width={BELL + 20} height={HEIGHT - y(0)} />
        <rect class="try-zero" x={COLUMNS[2] - BELL - 14} y={y(0)} width={BELL + 20} height={HEIGHT - y(0)} />
        <line class="bell-end" x1={40} x2={WIDTH - 20} y1={y(0)} y2={y(0)} />
        <text class="try-tick" x={26} y={y(0) + 4}>
          0
        </text>
        <Paths of={signal} />
        {COLUMNS.map((at) => (
          <line key={at} class="bell-axis" x1={at} x2={at} y1={0} y2={HEIGHT} />
        ))}
        <SideBell which={0} beta={before} width={1} p={signal.before} />
        <SideBell which={1} beta={after} width={signal.width} p={signal.after} />
        <text class="try-note" x={(COLUMNS[1] + COLUMNS[2]) / 2 - 20} y={HEIGHT + 18}>
          {words.learn.signal.depthwise}
        </text>
        <text class="try-note" x={WIDTH - 62} y={HEIGHT + 18}>
          {words.learn.signal.reader}
        </text>
      </svg>
      <p class="try-verdict" aria-live="polite">
        <strong class="case-name">{words.choices.cases[signal.case].name}</strong>{" "}
        {words.learn.signal.says[signal.case](fixed(signal.constant ?? 0, 2))}
      </p>
    </div>
  );
}

/** One line a position: lines that run together are a channel that says the same everywhere. */
function Paths({ of }: { of: Signal }) {
  const end = WIDTH - 30;
  const d = of.values
    .map((it) => {
      const [a, b, c, last] = it.map((value) => y(value).toFixed(1));
      return `M${COLUMNS[0]} ${a}L${COLUMNS[1]} ${b}C${COLUMNS[1] + 120} ${b} ${COLUMNS[2] - 120} ${c} ${COLUMNS[2]} ${c}L${COLUMNS[3]} ${last}H${end}`;
    })
    .join("");
  return <path class="signal-paths" d={d} />;
}

/** A bell on its side, at the left of its column: its height is the axis of all values. */
function SideBell({ which, beta, width, p }: { which: 0 | 1; beta: number; width: number; p: number }) {
  const at = COLUMNS[which === 0 ? 0 : 2];
  const points = Array.from({ length: 81 }, (_, i) => {
    const value = -REACH + (2 * REACH * i) / 80;
    return `${(at - (BELL * density(value, beta, width)) / density(beta, beta, width)).toFixed(1)},${y(value).toFixed(1)}`;
  });
  const name = words.learn.signal.bells[which];
  return (
    <g
      class="drag-bell"
      {...slide({
        name,
        text: words.learn.bell.spoken(signed(beta), probability(p)),
        value: beta,
        low: -MOST,
        high: MOST,
        scale: (box) => [0, (-2 * REACH * (HEIGHT + 62)) / HEIGHT / box.height],
        onMove: (to) => {
          const next: [number, number] = [...bells.peek()];
          next[which] = to;
          bells.value = next;
        },
      })}
    >
      <rect class="grasp" x={at - BELL - 14} y={y(beta) - 46} width={BELL + 22} height={92} />
      {width > 0.05 ? (
        <path class="bell-fill" d={`M${at},${y(-REACH)} L${points.join(" L")} L${at},${y(REACH)} Z`} />
      ) : (
        <path class="bell-mass" d={`M${at - BELL} ${y(beta)}H${at}`} />
      )}
      <circle class="grip" cx={at - BELL / 2} cy={y(beta)} r={12} />
      <path class="grip-arrows" d={`M${at - BELL / 2} ${y(beta) - 7}v14m-4-4l4 4l4-4m-8-6l4-4l4 4`} />
      <text class="try-tick p" x={at - BELL / 2} y={HEIGHT + 18}>
        {words.learn.bell.p(probability(p))}
      </text>
    </g>
  );
}
