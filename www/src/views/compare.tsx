/** Two criteria at the same cost, side by side. */
import type { Signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { percent, plural, removedPercent, value } from "../lib/format";
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
import { budget, measured, model, sideA, sideB } from "../state/store";
import { COMPENSATIONS, CRITERIA, type Side } from "../state/url";
import type { Compensation, Criterion } from "../wasm/core";
import { PICTURES } from "../words/pictures";
import { CompareLayers } from "./compare-layers";
import { ComparePictures } from "./compare-pictures";
import { Choice, Heads, NumberBox } from "./parts";
import { SaveButtons } from "./save";
import { COMPENSATION_NAMES, CRITERION_NAMES } from "./words";

export function CompareView() {
  const open = model.value;
  const shown = comparison.value;
  if (!open) return <div class="compare" />;
  return (
    <div class="compare">
      <div class="compare-asks">
        <SideChoice name="A" side={sideA} />
        <SideChoice name="B" side={sideB} />
        <div class="row">
          <NumberBox
            name="MACs both remove, %"
            value={budget.value}
            min={1}
            max={95}
            step={1}
            onCommit={(it) => {
              budget.value = it;
            }}
          />
          <button
            type="button"
            class={compareCurrent.value ? "" : "primary"}
            aria-disabled={comparing.value}
            onClick={() => void compareNow()}
          >
            {comparing.value ? "Comparing…" : "Compare"}
          </button>
        </div>
      </div>
      {compareError.value ? <p class="because">{compareError.value}</p> : null}
      {shown ? (
        <Result of={shown} />
      ) : (
        <p class="hint">
          Two criteria, told to remove the same share of the MACs: which channels do they disagree on, and which of them
          changes the answers less?
        </p>
      )}
    </div>
  );
}

function SideChoice({ name, side }: { name: "A" | "B"; side: Signal<Side> }) {
  return (
    <fieldset class={`side side-${name.toLowerCase()}`}>
      <legend>{name}</legend>
      <Choice<Criterion>
        name={`Criterion ${name}`}
        value={side.value.criterion}
        options={CRITERIA.map((it) => [it, CRITERION_NAMES[it], it === "apoz" && measured.value === 0] as const)}
        onChoose={(criterion) => {
          side.value = { ...side.value, criterion };
        }}
      />
      <Choice<Compensation>
        name={`Compensation ${name}`}
        value={side.value.compensation}
        options={COMPENSATIONS.map((it) => [it, COMPENSATION_NAMES[it]] as const)}
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
      {current ? null : <p class="stale-note">These are of an earlier choice: compare again.</p>}
      <table class="sides">
        <caption class="hidden">Both plans</caption>
        <Heads of={["", ["A", "name-a"], ["B", "name-b"]]} />
        <tbody>
          <Facts title="Plan" of={of} cell={title} />
          <Facts title="MACs removed" of={of} cell={(it) => percent(removedPercent(it.macs))} />
          <Facts title="Parameters removed" of={of} cell={(it) => percent(removedPercent(it.params))} />
          <Facts title="Channels removed" of={of} cell={(it) => percent(removedPercent(it.channels))} />
          {of.rows.some((it) => it.a.changed !== null) ? <Judged of={of} /> : null}
          <tr>
            <th scope="row">Take it</th>
            {[of.a, of.b].map((side, i) => (
              <td key={i === 0 ? "a" : "b"}>
                <button type="button" class="link" onClick={() => usePlan(side)}>
                  Use plan {i === 0 ? "A" : "B"}
                </button>
              </td>
            ))}
          </tr>
        </tbody>
      </table>
      {Math.abs(removedPercent(of.a.macs) - removedPercent(of.b.macs)) > 2 ? (
        <p class="hint">The budget could not be met equally: one of them removes what its guards and ties allow.</p>
      ) : null}
      <CompareLayers layers={of.layers}>
        <SaveButtons
          picture={PICTURES.compare}
          stem={() => `${stem()}.compared`}
          draw={() => comparePicture(box.current)}
        />
      </CompareLayers>
      <ComparePictures rows={of.rows} />
    </div>
  );
}

function title({ criterion, compensation, amount }: Outcome): string {
  return `${criterion === "probability" ? "τ" : "share"} ${amount}, ${compensation}`;
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
        <th scope="row">First class changed</th>
        <td class={better(topA, topB)}>
          {topA} of {plural(n, "image")}
        </td>
        <td class={better(topB, topA)}>
          {topB} of {plural(n, "image")}
        </td>
      </tr>
      <tr class="judged">
        <th scope="row">Mean KL to the original</th>
        <td class={better(klA, klB)}>{value(klA)}</td>
        <td class={better(klB, klA)}>{value(klB)}</td>
      </tr>
    </>
  );
}
