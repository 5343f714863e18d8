/** Which curves a sweep draws: questions worth asking, or any criteria and compensations. */

import type { CurveChoice } from "../../state/lab/schedule";
import { chosenCurves, clearSweep, FOLD_QUESTION, POINTS, pointsPerCurve } from "../../state/lab/sweep";
import { isKnown } from "../../state/store";
import { COMPENSATIONS, CUT_ALONE } from "../../state/url";
import { words } from "../../words";
import { Choice } from "../parts";

const QUESTIONS: { title: string; curves: CurveChoice[] }[] = [
  { title: words.lab.curves.foldQuestion, curves: FOLD_QUESTION },
  {
    title: words.lab.curves.criterionQuestion,
    curves: [
      { criterion: "probability", compensation: "shift" },
      { criterion: "sigma", compensation: "mean" },
      { criterion: "influence", compensation: "moments" },
      { criterion: "slimming", compensation: "mean" },
      { criterion: "l1", compensation: "mean" },
      { criterion: "random", compensation: "mean" },
    ],
  },
];

const same = (a: CurveChoice) => (b: CurveChoice) => a.criterion === b.criterion && a.compensation === b.compensation;

export function Questions({ paused }: { paused: boolean }) {
  const chosen = chosenCurves.value;
  return (
    <fieldset class="row" aria-label={words.lab.curves.questions}>
      {QUESTIONS.map((it) => (
        <button
          key={it.title}
          type="button"
          class="chip"
          aria-pressed={it.curves.length === chosen.length && it.curves.every((one) => chosen.some(same(one)))}
          onClick={() => {
            chosenCurves.value = it.curves;
          }}
        >
          {it.title}
        </button>
      ))}
      {paused ? (
        <button type="button" class="quiet" onClick={clearSweep}>
          {words.lab.curves.anew}
        </button>
      ) : null}
    </fieldset>
  );
}

export function OtherCurves() {
  const chosen = chosenCurves.value;
  const toggle = (one: CurveChoice) => {
    chosenCurves.value = chosen.some(same(one)) ? chosen.filter((it) => !same(one)(it)) : [...chosen, one];
  };
  return (
    <details>
      <summary>{words.lab.curves.choose(chosen.length)}</summary>
      <div class="lab-scroll">
        <table class="curve-choice">
          <caption class="hidden">{words.lab.curves.chooseTable}</caption>
          <thead>
            <tr>
              <td />
              {COMPENSATIONS.map((it) => (
                <th key={it} scope="col">
                  {words.choices.compensations[it]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {CUT_ALONE.map((criterion) => (
              <tr key={criterion}>
                <th scope="row">{words.choices.criteria[criterion]}</th>
                {COMPENSATIONS.map((compensation) => (
                  <td key={compensation}>
                    <input
                      type="checkbox"
                      aria-label={words.choices.criterionAndCompensation(criterion, compensation)}
                      checked={chosen.some(same({ criterion, compensation }))}
                      disabled={!isKnown(criterion)}
                      onChange={() => toggle({ criterion, compensation })}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Choice
        name={words.lab.curves.points}
        value={String(pointsPerCurve.value)}
        options={POINTS.map((it) => [String(it), String(it)] as const)}
        onChoose={(it) => {
          pointsPerCurve.value = Number(it);
        }}
      />
    </details>
  );
}
