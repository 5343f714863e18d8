/** Two criteria at the same cost, side by side. */

import type { Signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { percent, removedPercent, value } from "../lib/format";
import { comparePicture } from "../saved/compare";
import {
  type Comparison,
  compareCurrent,
  compareError,
  compareNow,
  comparing,
  comparison,
  type Outcome,
  usePlan,
} from "../state/compare";
import { stem } from "../state/exports";
import { isKnown, model, sides } from "../state/store";
import { COMPENSATIONS, CUT_ALONE, type Side } from "../state/url";
import type { Compensation, Criterion } from "../wasm/core";
import { words } from "../words";
import { CompareLayers } from "./compare-layers";
import { ComparePictures } from "./compare-pictures";
import { Figure } from "./figure";
import { Choice, Heads, NumberBox } from "./parts";

export function CompareView() {
  const open = model.value;
  const shown = comparison.value;
  if (!open) return <div class="compare" />;
  return (
    <div class="compare">
      <div class="compare-asks">
        <SideChoice kind="a" name={words.compare.a} side={sides.a} />
        <SideChoice kind="b" name={words.compare.b} side={sides.b} />
        <div class="row">
          <NumberBox
            name={words.compare.budget}
            value={sides.budget.value}
            min={1}
            max={95}
            step={1}
            onCommit={(it) => {
              sides.budget.value = it;
            }}
          />
          <button
            type="button"
            class={compareCurrent.value ? "" : "primary"}
            aria-disabled={comparing.value}
            onClick={() => void compareNow()}
          >
            {comparing.value ? words.compare.running : words.compare.run}
          </button>
        </div>
      </div>
      {compareError.value ? <p class="because">{compareError.value}</p> : null}
      {shown ? <Result of={shown} /> : <p class="hint">{words.compare.ask}</p>}
    </div>
  );
}

function SideChoice({ kind, name, side }: { kind: "a" | "b"; name: string; side: Signal<Side> }) {
  return (
    <fieldset class={`side side-${kind}`}>
      <legend>{name}</legend>
      <Choice<Criterion>
        name={words.compare.criterion(name)}
        value={side.value.criterion}
        options={CUT_ALONE.map((it) => [it, words.choices.criteria[it], !isKnown(it)] as const)}
        onChoose={(criterion) => {
          side.value = { ...side.value, criterion };
        }}
      />
      <Choice<Compensation>
        name={words.compare.compensation(name)}
        value={side.value.compensation}
        options={COMPENSATIONS.map((it) => [it, words.choices.compensations[it]] as const)}
        onChoose={(compensation) => {
          side.value = { ...side.value, compensation };
        }}
      />
    </fieldset>
  );
}

function Result({ of }: { of: Comparison }) {
  const current = compareCurrent.value;
  const box = useRef<HTMLDivElement>(null);
  return (
    <div ref={box} class={current ? "compare-result" : "compare-result stale"}>
      {current ? null : <p class="stale-note">{words.compare.stale}</p>}
      <table class="sides">
        <caption class="hidden">{words.compare.both}</caption>
        <Heads of={["", [words.compare.a, "name-a"], [words.compare.b, "name-b"]]} />
        <tbody>
          <Facts title={words.compare.plan} of={of} cell={title} />
          <Facts title={words.compare.macs} of={of} cell={(it) => percent(removedPercent(it.macs))} />
          <Facts title={words.compare.params} of={of} cell={(it) => percent(removedPercent(it.params))} />
          <Facts title={words.compare.channels} of={of} cell={(it) => percent(removedPercent(it.channels))} />
          {of.rows.some((it) => it.a.changed !== null) ? <Judged of={of} /> : null}
          <tr>
            <th scope="row">{words.compare.take}</th>
            {[of.a, of.b].map((side, i) => (
              <td key={i === 0 ? "a" : "b"}>
                <button type="button" class="link" onClick={() => usePlan(side)}>
                  {words.compare.use(i === 0 ? words.compare.a : words.compare.b)}
                </button>
              </td>
            ))}
          </tr>
        </tbody>
      </table>
      {Math.abs(removedPercent(of.a.macs) - removedPercent(of.b.macs)) > 2 ? (
        <p class="hint">{words.compare.unequal}</p>
      ) : null}
      <CompareLayers layers={of.layers}>
        <Figure
          picture={words.pictures.names.compare}
          stem={() => `${stem()}.compared`}
          draw={() => comparePicture(box.current)}
        />
      </CompareLayers>
      <ComparePictures rows={of.rows} />
    </div>
  );
}

function title({ criterion, compensation, amount }: Outcome): string {
  return criterion === "probability"
    ? words.compare.threshold(amount, compensation)
    : words.compare.share(amount, compensation);
}

function Facts(props: { title: string; of: Comparison; cell: (side: Outcome) => string }) {
  return (
    <tr>
      <th scope="row">{props.title}</th>
      <td>{props.cell(props.of.a)}</td>
      <td>{props.cell(props.of.b)}</td>
    </tr>
  );
}

/** What the images say, in two rows. */
function Judged({ of }: { of: Comparison }) {
  const n = of.rows.length;
  const mean = (side: "a" | "b") => of.rows.reduce((sum, it) => sum + it[side].kl, 0) / n;
  const changed = (side: "a" | "b") => of.rows.filter((it) => it[side].changed).length;
  const better = (a: number, b: number) => (a < b ? "better" : "");
  const [klA, klB, topA, topB] = [mean("a"), mean("b"), changed("a"), changed("b")];
  return (
    <>
      <tr class="judged">
        <th scope="row">{words.compare.changed}</th>
        <td class={better(topA, topB)}>{words.compare.changedOf(topA, n)}</td>
        <td class={better(topB, topA)}>{words.compare.changedOf(topB, n)}</td>
      </tr>
      <tr class="judged">
        <th scope="row">{words.compare.meanKl}</th>
        <td class={better(klA, klB)}>{value(klA)}</td>
        <td class={better(klB, klA)}>{value(klB)}</td>
      </tr>
    </>
  );
}
