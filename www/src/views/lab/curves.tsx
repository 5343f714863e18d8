/** Accuracy and agreement against what is saved, for several criteria and compensations. */

import { batch, signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { type CurvePoint, place, removedShare, type XAxis, type YAxis } from "../../charts/curves";
import { percent, removedPercent } from "../../lib/format";
import { intervalText, pointsText, shareText } from "../../lib/proportion";
import { curvesPicture } from "../../saved/lab";
import { adoptPlan } from "../../state/lab/adopt";
import { scope } from "../../state/lab/bench";
import { stem } from "../../state/lab/curves-out";
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
import { keyOf, live, planKey } from "../../state/store";
import { words } from "../../words";
import { Figure } from "../figure";
import { Choice, Heads } from "../parts";
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
  const preview = live.drag.value?.preview;
  const at = shown.value && all[shown.value[0]]?.points[shown.value[1]] ? shown.value : null;
  const any = drawn.some((it) => it.points.some((p) => p.at));
  return (
    <section ref={box} class="lab-part curves" aria-label={words.lab.curves.name}>
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
            spoken.value = byKey && point ? words.lab.curves.spoken(curveName(all[next[0]]!), readOut(point)) : "";
          }}
          onTake={(where) => {
            const point = all[where[0]]?.points[where[1]];
            if (point) adoptPlan(point.plan);
          }}
        />
        {any ? null : <p class="lab-empty hint">{words.lab.curves.none}</p>}
      </div>
      <div class="lab-below">
        <p class="lab-read-out">
          {at ? (
            <>
              <i class={`key-line curve-${at[0] % 8}`} /> {readOut(all[at[0]]!.points[at[1]]!)}
            </>
          ) : (
            <span class="hint">{any ? words.lab.curves.hint : "\u00a0"}</span>
          )}
        </p>
        <Choice
          name={words.lab.curves.toTheRight}
          hideLabel
          value={xAxis.value}
          options={[
            ["macs", words.lab.curves.macs],
            ["params", words.lab.curves.params],
          ]}
          onChoose={(it) => {
            xAxis.value = it;
          }}
        />
      </div>
      <span class="hidden" aria-live="polite">
        {spoken.value}
      </span>
      <Legend />
      <div class="curves-after">
        <Figure
          picture={words.pictures.names.curves}
          stem={() => `${stem()}.curves`}
          draw={() => curvesPicture(box.current)}
          disabled={!any}
        />
        <OtherCurves />
      </div>
      {any ? <Numbers /> : null}
    </section>
  );
}

export function curveName({ criterion, compensation }: CurveChoice): string {
  return words.choices.curve(criterion, compensation);
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
  const costs = words.lab.curves.costs(percent(removedPercent(macs)), percent(removedPercent(params)));
  const name = plan.criterion === "probability" ? words.lab.curves.threshold(knob) : words.lab.curves.share(knob);
  const against = result.against;
  if (!against) return words.lab.curves.point(name, costs);
  const change = against.difference === null ? null : pointsText(against.difference);
  const right =
    against.accuracy === null
      ? ""
      : words.lab.curves.right(shareText(against.accuracy), intervalText(against.accuracy_interval), change);
  return words.lab.curves.judgedPoint(name, costs, right, shareText(against.agreement));
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
          {paused ? words.lab.curves.goOn : words.lab.curves.run}
        </button>
        <Questions paused={paused} />
      </div>
      <div class="lab-actions">
        <Choice
          name={words.lab.curves.upwards}
          hideLabel
          value={yAxis.value}
          options={[
            ["accuracy", words.lab.curves.accuracy],
            ["agreement", words.lab.curves.agreement],
          ]}
          onChoose={(it) => {
            yAxis.value = it;
          }}
        />
        <Working
          name={words.lab.curves.working}
          progress={sweeping.value}
          unit={words.lab.units.plans}
          rest={finished ? words.lab.curves.done : paused ? words.lab.curves.paused : words.lab.curves.rest}
          news={sweepNews.value}
          onStop={stopSweep}
        />
      </div>
    </>
  );
}

function Legend() {
  return (
    <ul class="lab-legend" aria-label={words.lab.curves.legend}>
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
      <summary>{words.lab.curves.asTable}</summary>
      <div class="lab-scroll">
        <table class="trail">
          <caption class="hidden">{words.lab.curves.table}</caption>
          <Heads
            of={[
              words.lab.curves.curve,
              words.lab.curves.knob,
              words.lab.curves.macsRemoved,
              words.lab.curves.rightShort,
              words.lab.curves.agrees,
              "",
            ]}
          />
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
                        aria-label={words.lab.curves.takeOverPoint(curve.criterion, curve.compensation, it.knob)}
                        onClick={() => batch(() => adoptPlan(it.plan))}
                      >
                        {words.lab.curves.takeOver}
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
