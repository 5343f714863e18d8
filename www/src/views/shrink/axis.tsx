/** One wide axis, MACs removed from none to all: the handle that is the threshold, and above it what the cut costs. */
import { scaleLinear } from "d3-scale";
import { area, curveMonotoneX, line } from "d3-shape";
import { useEffect, useRef, useState } from "preact/hooks";
import { fixed, percent, removedPercent } from "../../lib/format";
import { dragTo, farthest, handle, released, tauHere, ticks } from "../../state/axis";
import { touched } from "../../state/hero";
import { type AxisPoint, axisCurve, axisFilling, slowCurve } from "../../state/lab/auto";
import { scope } from "../../state/lab/bench";
import { labelled } from "../../state/lab/data";
import { originalResult, planResult } from "../../state/lab/evaluation";
import { shrinking } from "../../state/lab/shrink";
import { HELD, quality } from "../../state/lab/verdict";
import { isDimmed } from "../../state/learn";
import { setAmount, solveFor } from "../../state/planning";
import * as store from "../../state/store";
import { words } from "../../words";
import { AmountBox } from "../amount";
import { NumberBox } from "../parts";
import { Steps } from "../steps";
import { Term } from "../term";
import { hasNextStep, NextStep } from "./next";

/** Half of the handle: where the track begins and ends. */
const INSET = 17;
const TOP = 12;
/** Below the track: half of the handle, and the numbers. */
const FLOOR = 36;

/** What the plot is high, in parts of the accuracy. */
const DEEPEST = 0.45;
/** About the widths of the names of marks. */
const LONG_NAME = 176;
const SHORT_NAME = 52;

/** Points of accuracy up to which a cut counts as free, as costing little, and as costing. */
const ZONES = [
  { name: "free", upTo: 0.5 },
  { name: "little", upTo: HELD },
  { name: "costly", upTo: 10 },
  { name: "broken", upTo: Number.POSITIVE_INFINITY },
] as const;

interface Seen {
  macs: number;
  quality: number;
  low: number;
  high: number;
}

export function Axis() {
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 1000, height: 150 });
  useEffect(() => {
    const observer = new ResizeObserver(() => {
      const { clientWidth = 0, clientHeight = 0 } = box.current ?? {};
      // What was seen before the page turned is reported after it.
      if (clientWidth > 0) setSize({ width: clientWidth, height: clientHeight });
    });
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  const bare = axisCurve.value.length === 0;
  const asking = hasNextStep.value;
  return (
    <section class="axis" aria-label={words.shrink.axis.name} id="axis" inert={isDimmed("axis")}>
      {asking ? <NextStep /> : null}
      <div class="axis-plot" ref={box}>
        <Plot {...size} />
        {bare && !asking ? <p class="axis-empty">{whatIsMissing()}</p> : null}
        <Handle width={size.width} />
      </div>
      <Foot />
    </section>
  );
}

/** Never an empty axis: why there is no curve yet, and what brings one. */
function whatIsMissing(): string {
  if (shrinking.value) return words.shrink.measured.underWay;
  if (axisFilling.value) return words.shrink.axis.filling;
  if (store.controls.criterion.value === "reconstruction" && scope.value) return words.shrink.axis.afterRepair;
  return scope.value && slowCurve.value ? words.shrink.axis.slow(scope.value.images) : words.shrink.axis.none;
}

/** The original at nothing removed, then every plan that was judged, and the one on the screen. */
function seen(points: readonly AxisPoint[]): Seen[] {
  const of = originalResult.value;
  const whole = of?.accuracy ?? (of ? 1 : null);
  if (whole === null) return [];
  const [low, high] = of?.accuracy !== null && of?.accuracy_interval ? of.accuracy_interval : [whole, whole];
  const all = points.map((it) => ({
    macs: removedPercent(it.macs),
    quality: it.quality,
    low: it.low,
    high: it.high,
  }));
  const here = onScreen();
  const apart = all.filter((it) => it.macs > 0.2 && (!here || Math.abs(it.macs - here.macs) > 0.2));
  if (here && apart.length > 0) apart.push(here);
  return [{ macs: 0, quality: whole, low, high }, ...apart.toSorted((a, b) => a.macs - b.macs)];
}

/** The plan under the handle, once it is judged as it was cut: the curve goes through it. */
function onScreen(): Seen | null {
  const against = quality.value.repaired ? null : planResult.value?.against;
  if (!against || handle.value <= 0.2) return null;
  const [low, high] = against.accuracy_interval ?? against.agreement_interval;
  return { macs: handle.value, quality: against.accuracy ?? against.agreement, low, high };
}

function Plot({ width, height }: { width: number; height: number }) {
  const points = seen(axisCurve.value);
  const x = scaleLinear([0, 100], [INSET, width - INSET]);
  const best = points[0]?.quality ?? 0.9;
  // The same height for every curve, so that no point moves when others come; what is broken only leaves the picture.
  const least = Math.max(0, best - DEEPEST);
  const y = scaleLinear([least, Math.min(1, best + 0.04)], [height - FLOOR - 4, TOP]).clamp(true);
  const along = (it: Seen) => x(it.macs);
  const band =
    area<Seen>(
      along,
      (it) => y(it.low),
      (it) => y(it.high),
    ).curve(curveMonotoneX)(points) ?? "";
  const curve = line<Seen>(along, (it) => y(it.quality)).curve(curveMonotoneX)(points) ?? "";
  const here = x(handle.value);
  const now = quality.value;
  const floor = height - FLOOR;
  const zones = zonesOf(points);
  const measure = originalResult.value?.accuracy === null ? words.shrink.axis.agreement : words.shrink.axis.accuracy;
  const levels = y.ticks(3).filter((it) => y(it) < floor - 8);
  return (
    <svg class="axis-svg" width={width} height={height} aria-hidden="true">
      {zones.map((it) => (
        <rect
          key={it.name}
          class={`zone ${it.name}`}
          x={x(it.from)}
          y={TOP}
          width={Math.max(0, x(it.to) - x(it.from))}
          height={floor - TOP}
        />
      ))}
      {farthest.value > 0 && farthest.value < 99 ? (
        <rect
          class="beyond"
          x={x(farthest.value)}
          y={TOP}
          width={Math.max(0, x(100) - x(farthest.value))}
          height={floor - TOP}
        />
      ) : null}
      {points.length > 0
        ? levels.map((it, i) => (
            <g key={it}>
              <line class="level" x1={x(0)} x2={x(100)} y1={y(it)} y2={y(it)} />
              <text class="level-name" x={x(100) - 4} y={y(it) - 4}>
                {i < levels.length - 1
                  ? `${Math.round(100 * it)} %`
                  : words.shrink.axis.level(Math.round(100 * it), measure)}
              </text>
            </g>
          ))
        : null}
      <path class="band" d={band} />
      <path class="curve" d={curve} />
      {points.slice(1).map((it) => (
        <circle key={it.macs} class="dot" cx={x(it.macs)} cy={y(it.quality)} r="3" />
      ))}
      {zones.map((it) =>
        x(it.to) - x(it.from) > 92 ? (
          <text
            key={it.name}
            class={`zone-name ${it.name}`}
            x={beside((x(it.from) + x(it.to)) / 2, here)}
            y={floor - 9}
          >
            {words.shrink.axis.zones[it.name]}
          </text>
        ) : null,
      )}
      <Marks x={x} floor={floor} />
      <line class="here" x1={here} x2={here} y1={TOP} y2={floor} />
      {now.after !== null && now.level !== "unknown" && points.length > 0 ? (
        <circle class={`now ${now.level}`} cx={here} cy={y(now.after)} r="7" />
      ) : null}
      {(width < 620 ? [0, 50, 100] : [0, 20, 40, 60, 80, 100]).map((it) => (
        <text key={it} class={`percent at-${it}`} x={x(it)} y={height - 6}>
          {it === 0 ? `0 % ${words.shrink.axis.unit}` : `${it} %`}
        </text>
      ))}
    </svg>
  );
}

/** A name's place, moved from under the handle. */
const beside = (at: number, handle: number) => (Math.abs(at - handle) > 48 ? at : handle + (at < handle ? -48 : 48));

/** Where a curve leaves one zone for the next, by the line between its points. */
function zonesOf(points: readonly Seen[]): { name: (typeof ZONES)[number]["name"]; from: number; to: number }[] {
  if (points.length < 3) return [];
  const best = points[0]!.quality;
  // A later point that is better says that the dip before it was noise.
  const loss = points.map((_, i) => 100 * (best - Math.max(...points.slice(i).map((it) => it.quality))));
  const end = points.at(-1)!.macs;
  let from = 0;
  return ZONES.flatMap(({ name, upTo }) => {
    const at = loss.findIndex((it) => it > upTo);
    let to = end;
    if (at > 0) {
      const [a, b] = [loss[at - 1]!, loss[at]!];
      const part = b > a ? (upTo - a) / (b - a) : 0;
      to = points[at - 1]!.macs + (points[at]!.macs - points[at - 1]!.macs) * Math.min(1, Math.max(0, part));
    }
    const zone = { name, from, to: Math.max(from, to) };
    from = zone.to;
    return zone.to > zone.from ? [zone] : [];
  });
}

/** The paper's thresholds, where they lie. */
function Marks({ x, floor }: { x: (macs: number) => number; floor: number }) {
  const all = ticks.value;
  const here = x(handle.value);
  // From the end of the dead channels leftwards: that one is always named, but where the handle says it.
  let free = Number.POSITIVE_INFINITY;
  return (
    <>
      {all.toReversed().map(({ tau, macs }) => {
        const at = x(macs);
        const end = tau === 0.99 && store.controls.criterion.value === "recommended";
        // On a narrow axis only the τ is written.
        const inWords = end && x(100) - x(0) > 4 * LONG_NAME;
        const long = inWords ? LONG_NAME : SHORT_NAME;
        // Where there is no room on the left of its line, the name stands on the right.
        const after = at < long + INSET;
        const [from, to] = after ? [at, at + long] : [at - long, at];
        const named = to < free && (to < here || from > here);
        if (named) free = from;
        return (
          <g key={tau} class={end ? "tau end" : "tau"}>
            <line x1={at} x2={at} y1={end ? TOP : floor - 7} y2={floor} />
            {named ? (
              <text class={after ? "after" : ""} x={after ? at + 4 : at - 4} y={TOP + (end ? 12 : 28)}>
                {inWords ? words.shrink.axis.tauEnd(String(tau)) : words.shrink.axis.tau(String(tau))}
              </text>
            ) : null}
          </g>
        );
      })}
    </>
  );
}

function Handle({ width }: { width: number }) {
  const takesShare = store.takesShare.value;
  const amount = store.amount.value;
  const tau = tauHere.value;
  const at = handle.value;
  const text =
    tau === null
      ? words.shrink.axis.share(fixed(100 * amount, amount < 0.1 ? 1 : 0))
      : tau > 0.9999 && tau < 1
        ? words.shrink.axis.surely
        : words.shrink.axis.tau(String(tau));
  // About half of what the name takes, so that it stays inside.
  const half = (touched.value ? 56 : 92) + (tau === null ? 0 : 30);
  const left = INSET + ((width - 2 * INSET) * at) / 100;
  return (
    <>
      <div class="handle-name" style={{ left: `${Math.min(width - half, Math.max(half, left))}px` }} aria-hidden="true">
        {touched.value ? null : <strong>{words.shrink.axis.drag}</strong>}
        <span>{words.shrink.axis.fewer(fixed(at, at > 0.05 && at < 10 ? 1 : 0))}</span>
        {tau === null ? null : <span class="tau-here">{text}</span>}
      </div>
      <input
        id="amount"
        class="handle"
        type="range"
        aria-label={takesShare ? words.dial.share : words.dial.threshold}
        aria-valuetext={words.shrink.axis.spoken(percent(at), text)}
        min={0}
        max={100}
        step={0.1}
        value={at}
        onInput={(event) => {
          touched.value = true;
          const value = Math.min(event.currentTarget.valueAsNumber, farthest.value || 100);
          dragTo(value, event.timeStamp);
          // Where nothing more can go the handle stays.
          if (value !== event.currentTarget.valueAsNumber) event.currentTarget.value = String(value);
        }}
        onPointerUp={released}
      />
    </>
  );
}

/** The same by typing. */
function Foot() {
  const takesShare = store.takesShare.value;
  const preview = store.live.drag.value?.preview;
  return (
    <div class="axis-foot">
      <div class="pair">
        <Term means={takesShare ? words.terms.share : words.terms.threshold}>
          {takesShare ? words.dial.share : words.dial.threshold}
        </Term>
        <AmountBox name={words.dial.value} value={store.amount.value} takesShare={takesShare} onSet={setAmount} />
      </div>
      <div class="pair">
        <Term means={words.terms.macs}>{words.shrink.axis.target}</Term>
        <NumberBox
          name={words.shrink.axis.target}
          hideLabel
          value={preview ? Number(removedPercent(preview.macs).toFixed(1)) : 0}
          min={0}
          max={99}
          step={1}
          onCommit={(value) => {
            touched.value = true;
            void solveFor(value);
          }}
        />
        <span aria-hidden="true">{words.shrink.axis.percent}</span>
      </div>
      <span class="filling" aria-live="off">
        {axisFilling.value && axisCurve.value.length > 0
          ? words.shrink.axis.filling
          : labelled.value?.sample
            ? words.shrink.axis.sample
            : ""}
      </span>
      <Steps />
    </div>
  );
}
