/** Which curves a sweep draws: questions worth asking, or any criteria and compensations. */

import type { CurveChoice } from "../../state/lab/schedule";
import { chosenCurves, clearSweep, FOLD_QUESTION, POINTS, pointsPerCurve } from "../../state/lab/sweep";
import { measured } from "../../state/store";
import { COMPENSATIONS, CRITERIA } from "../../state/url";
import { Choice } from "../parts";
import { COMPENSATION_NAMES, CRITERION_NAMES } from "../words";

const QUESTIONS: { title: string; curves: CurveChoice[] }[] = [
  { title: "Does the fold matter?", curves: FOLD_QUESTION },
  {
    title: "Which criterion?",
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
    <fieldset class="row" aria-label="Questions">
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
          Begin anew
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
      <summary>Choose curves ({chosen.length} chosen)</summary>
      <div class="lab-scroll">
        <table class="curve-choice">
          <caption class="hidden">Curves to sweep</caption>
          <thead>
            <tr>
              <td />
              {COMPENSATIONS.map((it) => (
                <th key={it} scope="col">
                  {COMPENSATION_NAMES[it]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {CRITERIA.map((criterion) => (
              <tr key={criterion}>
                <th scope="row">{CRITERION_NAMES[criterion]}</th>
                {COMPENSATIONS.map((compensation) => (
                  <td key={compensation}>
                    <input
                      type="checkbox"
                      aria-label={`${CRITERION_NAMES[criterion]}, ${COMPENSATION_NAMES[compensation]}`}
                      checked={chosen.some(same({ criterion, compensation }))}
                      disabled={criterion === "apoz" && measured.value === 0}
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
        name="Points per curve"
        value={String(pointsPerCurve.value)}
        options={POINTS.map((it) => [String(it), String(it)] as const)}
        onChoose={(it) => {
          pointsPerCurve.value = Number(it);
        }}
      />
    </details>
  );
}
