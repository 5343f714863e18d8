/** The five stages a channel of a pair passes, as a row of small pictures. */

import { normal, value } from "../lib/format";
import type { ChannelDetail, Explanation, ReaderShift, Stage, Taps } from "../wasm/core";
import { words } from "../words";
import { Bell } from "./bell";
import { isDead, largestShift } from "./cases-words";

export interface Scene {
  explanation: Explanation;
  detail: ChannelDetail;
  threshold: number;
  step: number;
  /** Short name of a layer. */
  nameOf: (layer: number) => string;
  siteName: (stage: Stage) => string;
}

/** Which stage a step is about. */
const FOCUS = [[1], [2], [3], [4], [4]];

export function Stages(scene: Scene) {
  const { explanation: of, step, threshold, nameOf, siteName } = scene;
  const { before, after, depthwise, carried } = of;
  const writer = of.together.find((it) => it.role === "writes");
  const reader = of.readers[0];
  const cut = step >= 3;
  const inputDead = isDead(before, threshold);
  const outputDead = isDead(after, threshold);
  const wire = (constant: boolean) => (cut ? "cut" : constant ? "constant" : "varies");
  const focus = (stage: number) => (FOCUS[step]!.includes(stage) ? "stage focus" : "stage");
  return (
    <ol class={cut ? "stages cut" : "stages"} aria-label={words.cases.stages.name}>
      <li class={focus(0)}>
        <Head title={words.cases.stages.convolution} name={writer ? nameOf(writer.layer) : "–"} />
        <Filters at={writer?.channels[0] ?? 0} count={9} cut={cut} />
        <p class="fact">{words.cases.stages.filter(writer?.channels[0] ?? "–")}</p>
        <Wire kind={wire(false)} />
      </li>
      <li class={focus(1)}>
        <Head title={normTitle(before)} name={siteName(before)} />
        <StageBell stage={before} dead={inputDead ? "input-dead" : ""} />
        <p class="fact">
          {inputDead ? words.cases.stages.pinned(value(before.pinned ?? 0)) : words.cases.stages.alive}
        </p>
        <Wire kind={wire(inputDead)} />
      </li>
      <li class={focus(2)}>
        <Head
          title={words.cases.stages.depthwise(depthwise?.kernel ?? "")}
          name={depthwise ? nameOf(layerOf(of, "carries")) : "–"}
        />
        {depthwise ? <Kernel taps={depthwise} /> : null}
        <p class="fact">
          {inputDead && carried ? `${value(carried.enters)} → ${value(carried.convolved)}` : words.cases.stages.varies}
        </p>
        <Wire kind={wire(inputDead)} />
      </li>
      <li class={focus(3)}>
        <Head title={after ? normTitle(after) : words.cases.stages.norm} name={after ? siteName(after) : "–"} />
        {after ? (
          <StageBell
            stage={after}
            dead={outputDead ? "output-dead" : ""}
            mark={inputDead && carried ? carried.normalised : null}
          />
        ) : null}
        <p class="fact">
          {inputDead && carried && !outputDead
            ? `${value(carried.normalised)} → ${value(carried.emitted)}`
            : outputDead
              ? words.cases.stages.pinned(value(after?.pinned ?? 0))
              : words.cases.stages.alive}
        </p>
        <Wire kind={wire(inputDead || outputDead)} />
      </li>
      <li class={focus(4)}>
        <Head title={words.cases.stages.nextLayer} name={reader ? nameOf(reader.layer) : "–"} />
        {of.readers.length > 0 ? <Shifts readers={of.readers} step={step} /> : null}
        <p class="fact">{reader ? readerFact(of, step) : words.cases.stages.noReader}</p>
      </li>
    </ol>
  );
}

/** Of all reads: one layer may read the channel more than once, and several layers may. */
function readerFact(of: Explanation, step: number): string {
  if (step < 3) {
    return words.cases.stages.reads(
      of.readers.filter((it) => it.layer === of.readers[0]!.layer).map((it) => it.input),
      new Set(of.readers.map((it) => it.layer)).size - 1,
    );
  }
  const most = largestShift(of);
  if (step === 3) return most === 0 ? words.cases.stages.missesNothing : words.cases.stages.misses(value(most));
  return most === 0 ? words.cases.stages.noFold : words.cases.stages.folded(value(most));
}

function layerOf(of: Explanation, role: string): number {
  return of.together.find((it) => it.role === role)?.layer ?? 0;
}

function normTitle({ channel }: Stage): string {
  return channel.activation === "none" ? words.cases.stages.norm : words.cases.stages.normAnd(channel.activation);
}

function Head({ title, name }: { title: string; name: string }) {
  return (
    <div class="stage-head">
      <strong title={title}>{title}</strong>
      <span title={name}>{name}</span>
    </div>
  );
}

function Wire({ kind }: { kind: "varies" | "constant" | "cut" }) {
  return (
    <span class={`wire ${kind}`} aria-hidden="true">
      <i />
      <i />
      <i />
    </span>
  );
}

/** Some filters of the writing layer; the middle one is the channel's. */
function Filters({ at, count, cut }: { at: number; count: number; cut: boolean }) {
  const own = count >> 1;
  return (
    <svg viewBox="0 0 100 56" role="img" aria-label={words.cases.stages.filterOf(at, cut)}>
      {Array.from({ length: count }, (_, i) => (
        <rect
          key={i}
          class={i === own ? "filter own" : "filter"}
          x={22}
          width={56}
          y={2 + (52 / count) * i}
          height={52 / count - 2}
          rx={1}
        />
      ))}
    </svg>
  );
}

function StageBell({ stage, dead, mark = null }: { stage: Stage; dead: string; mark?: number | null }) {
  const { mean, std, probability } = stage.channel;
  return (
    <Bell
      mean={mean}
      std={std}
      low={probability === null ? null : stage.low}
      high={null}
      histogram={null}
      dead={dead}
      mark={mark}
      name={normal(mean, std)}
    />
  );
}

/** The kernel's weights, from negative to positive. */
function Kernel({ taps }: { taps: Taps }) {
  const [rows = 1, columns = rows] = taps.kernel.split("×").map(Number);
  const most = Math.max(1e-12, ...taps.weights.map(Math.abs));
  const size = 52 / Math.max(rows, columns);
  const left = 50 - (columns * size) / 2;
  const sum = taps.weights.reduce((a, b) => a + b, 0);
  return (
    <svg viewBox="0 0 100 56" role="img" aria-label={words.cases.stages.weights(taps.kernel, value(sum))}>
      {taps.weights.map((weight, i) => (
        <rect
          key={i}
          class={weight < 0 ? "tap negative" : "tap"}
          x={left + (i % columns) * size + 0.5}
          y={2 + Math.floor(i / columns) * size + 0.5}
          width={size - 1}
          height={size - 1}
          fill-opacity={(0.12 + (0.88 * Math.abs(weight)) / most).toFixed(3)}
        >
          <title>{value(weight)}</title>
        </rect>
      ))}
    </svg>
  );
}

/** One bar per output of every read: what the channel's constant adds to it. */
function Shifts({ readers, step }: { readers: readonly ReaderShift[]; step: number }) {
  const shifts = readers.flatMap((it) => it.sums.map((sum) => sum * it.constant));
  const most = Math.max(0, ...shifts.map(Math.abs));
  const width = 100 / Math.max(1, shifts.length);
  const state = step < 3 ? "there" : step === 3 ? "missing" : "folded";
  return (
    <svg
      viewBox="0 0 100 56"
      preserveAspectRatio="none"
      class={`shifts shifts-${state}`}
      role="img"
      aria-label={words.cases.stages.adds(shifts.length, value(most))}
    >
      <line class="bell-axis" x1={0} x2={100} y1={28} y2={28} />
      {most > 0
        ? shifts.map((shift, i) => {
            const height = (25 * Math.abs(shift)) / most;
            return (
              <rect
                key={i}
                x={i * width}
                width={Math.max(0.4, width * 0.8)}
                y={shift > 0 ? 28 - height : 28}
                height={height}
              />
            );
          })
        : null}
    </svg>
  );
}
