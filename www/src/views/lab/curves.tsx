/** Accuracy and agreement against what is saved, for several criteria and compensations. */
import { batch, signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { type CurvePoint, place, removedShare, type XAxis, type YAxis } from "../../charts/curves";
import { percent, removedPercent } from "../../lib/format";
import { intervalText, pointsText, shareText } from "../../lib/proportion";
import { curvesPicture } from "../../saved/lab";
import { adoptPlan } from "../../state/lab/adopt";
import { scope } from "../../state/lab/bench";
import { downloadCurvesCsv, stem } from "../../state/lab/curves-out";
import { originalResult } from "../../state/lab/evaluation";
import type { CurveChoice } from "../../state/lab/schedule";
import {
  chosenCurves,
  continueSweep,
  curves,
  type JudgedPoint,
  startSweep,
  stopSweep,
  sweep,
  sweeping,
  sweepNews,
  sweepProblem,
} from "../../state/lab/sweep";
import { drag, keyOf, planKey } from "../../state/store";
import { PICTURES } from "../../words/pictures";
import { Choice, Heads } from "../parts";
import { SaveButtons } from "../save";
import { COMPENSATION_NAMES, CRITERION_NAMES, LAB } from "../words";
import { Chart, type DrawnCurve } from "./chart";
import { OtherCurves, Questions } from "./chooser";
import { Problem, Working } from "./working";

const xAxis = signal<XAxis>("macs");
const yAxis = signal<YAxis>("accuracy");
const shown = signal<readonly [number, number] | null>(null);
const spoken = signal("");

export function CurvesView() {
  const box = useRef<HTMLElement>(null);
  const all = curves.value;
  const drawn = all.map(
    (it, i): DrawnCurve => ({
      name: curveName(it),
      compensation: it.compensation,
      colour: i % 8,
      points: it.points.map((p) => ({
        at: place(p, p.result, xAxis.value, yAxis.value),
        current: keyOf(p.plan) === planKey.value,
      })),
    }),
  );
  const preview = drag.value?.preview;
  const at = shown.value && all[shown.value[0]]?.points[shown.value[1]] ? shown.value : null;
  const any = drawn.some((it) => it.points.some((p) => p.at));
  return (
    <section ref={box} class="lab-part curves" aria-label="Curves">
      <div class="curves-asks">
        <SweepControls />
        <Problem text={sweepProblem.value} />
      </div>
      <div class="lab-plot">
        <Chart
          curves={drawn}
          x={xAxis.value}
          y={yAxis.value}
          original={originalPoint(yAxis.value)}
          now={preview ? removedShare(preview[xAxis.value]) : null}
          shown={at}
          onShow={(next, byKey) => {
            shown.value = next;
            const point = next && all[next[0]]?.points[next[1]];
            spoken.value = byKey && point ? `${curveName(all[next[0]]!)}: ${readOut(point)}` : "";
          }}
          onTake={(where) => {
            const point = all[where[0]]?.points[where[1]];
            if (point) adoptPlan(point.plan);
          }}
        />
        {any ? null : <p class="lab-empty hint">{LAB.noCurves}</p>}
      </div>
      <div class="lab-below">
        <p class="lab-read-out">
          {at ? (
            <>
              <i class={`key-line curve-${at[0] % 8}`} /> {readOut(all[at[0]]!.points[at[1]]!)}
            </>
          ) : (
            <span class="hint">{any ? LAB.pin : "\u00a0"}</span>
          )}
        </p>
        <Choice
          name="To the right"
          hideLabel
          value={xAxis.value}
          options={[
            ["macs", "MACs"],
            ["params", "Parameters"],
          ]}
          onChoose={(it) => {
            xAxis.value = it;
          }}
        />
      </div>
      <span class="hidden" aria-live="polite">
        {spoken.value}
      </span>
      <div class="curves-after">
        <Legend />
        <div class="row">
          <button type="button" class="quiet" disabled={!any} onClick={downloadCurvesCsv}>
            Curves as CSV
          </button>
          <SaveButtons
            picture={PICTURES.curves}
            stem={() => `${stem()}.curves`}
            draw={() => curvesPicture(box.current)}
            disabled={!any}
          />
        </div>
        <OtherCurves />
      </div>
      {any ? <Numbers /> : null}
    </section>
  );
}

export function curveName({ criterion, compensation }: CurveChoice): string {
  return `${CRITERION_NAMES[criterion]}, ${COMPENSATION_NAMES[compensation].toLowerCase()}`;
}

function originalPoint(y: YAxis): CurvePoint | null {
  const of = originalResult.value;
  if (!of) return null;
  if (y === "agreement") return { x: 0, y: 1, low: 1, high: 1 };
  if (of.accuracy === null) return null;
  const [low, high] = of.accuracy_interval ?? [of.accuracy, of.accuracy];
  return { x: 0, y: of.accuracy, low, high };
}

function readOut({ knob, plan, macs, params, result }: JudgedPoint): string {
  const costs = `MACs −${percent(removedPercent(macs))}, parameters −${percent(removedPercent(params))}`;
  const name = plan.criterion === "probability" ? `τ ${knob}` : `share ${knob}`;
  const against = result.against;
  if (!against) return `${name}: ${costs}`;
  const right =
    against.accuracy === null
      ? ""
      : `, right ${shareText(against.accuracy)} [${intervalText(against.accuracy_interval)}]${against.difference === null ? "" : ` (${pointsText(against.difference)})`}`;
  return `${name}: ${costs}${right}, agrees ${shareText(against.agreement)}`;
}

function SweepControls() {
  const held = sweep.value;
  const active = sweeping.value !== null;
  const finished = held?.complete ?? false;
  const paused = held !== null && !finished && !active;
  return (
    <>
      <div class="lab-actions">
        <button
          type="button"
          class={finished ? "" : "primary"}
          disabled={!scope.value || chosenCurves.value.length === 0}
          aria-disabled={active}
          onClick={() => void (paused ? continueSweep() : startSweep())}
        >
          {paused ? "Continue the sweep" : "Sweep"}
        </button>
        <Questions paused={paused} />
      </div>
      <div class="lab-actions">
        <Choice
          name="Upwards"
          hideLabel
          value={yAxis.value}
          options={[
            ["accuracy", "Accuracy"],
            ["agreement", "Agreement"],
          ]}
          onChoose={(it) => {
            yAxis.value = it;
          }}
        />
        <Working
          name="Sweeping"
          progress={sweeping.value}
          unit="plans"
          rest={finished ? LAB.sweepDone : paused ? LAB.sweepPaused : LAB.sweepRest}
          news={sweepNews.value}
          onStop={stopSweep}
        />
      </div>
    </>
  );
}

function Legend() {
  return (
    <ul class="lab-legend" aria-label="Curves in the picture">
      {curves.value.map((it, i) => (
        <li key={curveName(it)}>
          <svg class={`curve-${i % 8}`} width="26" height="10" aria-hidden="true">
            <path class={`line ${it.compensation}`} d="M1 5H25" />
          </svg>
          {curveName(it)}
        </li>
      ))}
    </ul>
  );
}

/** The picture's twin for those who read rather than look. */
function Numbers() {
  return (
    <details>
      <summary>Points as a table</summary>
      <div class="lab-scroll">
        <table class="trail">
          <caption class="hidden">Points of the curves</caption>
          <Heads of={["Curve", "Knob", "MACs removed", "Right", "Agrees", ""]} />
          <tbody>
            {curves.value.flatMap((curve) =>
              curve.points
                .filter((it) => it.result.against)
                .map((it) => (
                  <tr key={`${curveName(curve)} ${it.knob}`}>
                    <th scope="row">
                      {curve.criterion} {curve.compensation}
                    </th>
                    <td>{it.knob}</td>
                    <td>{percent(removedPercent(it.macs))}</td>
                    <td>{shareText(it.result.against!.accuracy)}</td>
                    <td>{shareText(it.result.against!.agreement)}</td>
                    <td>
                      <button
                        type="button"
                        class="link"
                        aria-label={`Take over ${curve.criterion} ${curve.compensation} ${it.knob}`}
                        onClick={() => batch(() => adoptPlan(it.plan))}
                      >
                        take over
                      </button>
                    </td>
                  </tr>
                )),
            )}
          </tbody>
        </table>
      </div>
    </details>
  );
}
