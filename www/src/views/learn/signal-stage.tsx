/**
 * The four cases as one signal's story: a hundred positions of one channel, followed through normalisation, ReLU,
 * depthwise convolution, normalisation and ReLU to the next layer. Both bells can be dragged.
 */
import { useEffect, useState } from "preact/hooks";
import { density } from "../../charts/gaussian";
import { fixed, probability } from "../../lib/format";
import { follow, type Signal } from "../../lib/story";
import { bells } from "../../state/learn";
import { words } from "../../words";
import { signed, slide } from "./slide";

/** Where the four columns stand, on a desk and on a phone, whose letters could not be read if it shrank the same. */
interface Look {
  width: number;
  columns: readonly [number, number, number, number];
  bell: number;
}
const DESK: Look = { width: 900, columns: [150, 330, 590, 770], bell: 62 };
const PHONE: Look = { width: 440, columns: [80, 158, 300, 378], bell: 46 };
const SMALL = "(max-width: 51.1875em)";
const HEIGHT = 230;
const REACH = 4.2;
const MOST = 3.5;

const y = (value: number) => (HEIGHT * (REACH - Math.min(REACH, Math.max(-REACH, value)))) / (2 * REACH);

export function SignalStage() {
  const [before, after] = bells.value;
  const at = useLook();
  const { width, columns, bell } = at;
  const signal = follow(before, after);
  const look = signal.case.replace("_", "-");
  return (
    <div class={`tryout signal-stage ${look}`}>
      <svg viewBox={`0 -34 ${width} ${HEIGHT + 62}`}>
        <title>{words.learn.signal.name}</title>
        {columns.map((at, i) => (
          <text key={at} class="try-head" x={at} y={-18}>
            {words.learn.signal.columns[i]}
          </text>
        ))}
        <rect class="try-zero" x={columns[0] - bell - 14} y={y(0)} width={bell + 20} height={HEIGHT - y(0)} />
        <rect class="try-zero" x={columns[2] - bell - 14} y={y(0)} width={bell + 20} height={HEIGHT - y(0)} />
        <line class="bell-end" x1={40} x2={width - 20} y1={y(0)} y2={y(0)} />
        <text class="try-tick" x={26} y={y(0) + 4}>
          0
        </text>
        <Paths of={signal} at={at} />
        {columns.map((at) => (
          <line key={at} class="bell-axis" x1={at} x2={at} y1={0} y2={HEIGHT} />
        ))}
        <SideBell look={at} which={0} beta={before} width={1} p={signal.before} />
        <SideBell look={at} which={1} beta={after} width={signal.width} p={signal.after} />
        <text class="try-note" x={(columns[1] + columns[2]) / 2 - 20} y={HEIGHT + 18}>
          {words.learn.signal.depthwise}
        </text>
        <text class="try-note" x={width - 62} y={HEIGHT + 18}>
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

function useLook(): Look {
  const [small, setSmall] = useState(() => matchMedia(SMALL).matches);
  useEffect(() => {
    const query = matchMedia(SMALL);
    const follow = () => setSmall(query.matches);
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, []);
  return small ? PHONE : DESK;
}

/** One line a position: lines that run together are a channel that says the same everywhere. */
function Paths({ of, at: { width, columns } }: { of: Signal; at: Look }) {
  const end = width - (width > PHONE.width ? 30 : 8);
  const bend = 0.46 * (columns[2] - columns[1]);
  const d = of.values
    .map((it) => {
      const [a, b, c, last] = it.map((value) => y(value).toFixed(1));
      return `M${columns[0]} ${a}L${columns[1]} ${b}C${columns[1] + bend} ${b} ${columns[2] - bend} ${c} ${columns[2]} ${c}L${columns[3]} ${last}H${end}`;
    })
    .join("");
  return <path class="signal-paths" d={d} />;
}

/** A bell on its side, at the left of its column: its height is the axis of all values. */
function SideBell(props: { look: Look; which: 0 | 1; beta: number; width: number; p: number }) {
  const { which, beta, width, p } = props;
  const { columns, bell } = props.look;
  const at = columns[which === 0 ? 0 : 2];
  const points = Array.from({ length: 81 }, (_, i) => {
    const value = -REACH + (2 * REACH * i) / 80;
    return `${(at - (bell * density(value, beta, width)) / density(beta, beta, width)).toFixed(1)},${y(value).toFixed(1)}`;
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
      <rect class="grasp" x={at - bell - 14} y={y(beta) - 46} width={bell + 22} height={92} />
      {width > 0.05 ? (
        <path class="bell-fill" d={`M${at},${y(-REACH)} L${points.join(" L")} L${at},${y(REACH)} Z`} />
      ) : (
        <path class="bell-mass" d={`M${at - bell} ${y(beta)}H${at}`} />
      )}
      <circle class="grip" cx={at - bell / 2} cy={y(beta)} r={12} />
      <path class="grip-arrows" d={`M${at - bell / 2} ${y(beta) - 7}v14m-4-4l4 4l4-4m-8-6l4-4l4 4`} />
      <text class="try-tick p" x={at - bell / 2} y={HEIGHT + 18}>
        {words.learn.bell.p(probability(p))}
      </text>
    </g>
  );
}
