import { effect, untracked } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { busy } from "../../state/busy";
import { scope, startBench } from "../../state/lab/bench";
import { builtInFits, chooseBuiltIn, labelled, reading, startData } from "../../state/lab/data";
import { evaluating, forgetEvaluation } from "../../state/lab/evaluation";
import { forgetGuard, guarding } from "../../state/lab/guard";
import { startResults } from "../../state/lab/results";
import { startSweeping, sweeping } from "../../state/lab/sweep";
import { labPart } from "../../state/store";
import type { LabPart } from "../../state/url";
import { words } from "../../words";
import { CurvesView } from "./curves";
import { LabelledImages } from "./data";
import { EvaluationView } from "./evaluation";
import { GuardView } from "./guard";

const t = words.lab;

const PARTS: { id: LabPart; title: string; body: () => ComponentChildren }[] = [
  { id: "evaluate", title: t.parts.evaluate, body: () => <EvaluationView /> },
  { id: "curves", title: t.parts.curves, body: () => <CurvesView /> },
  { id: "guard", title: t.parts.guard, body: () => <GuardView /> },
];

let started = false;

/** The lab's machinery runs from its first showing on, also while another panel is looked at. */
function start(): void {
  if (started) return;
  started = true;
  startData();
  startBench();
  startResults();
  startSweeping();
  effect(() => {
    busy.value = evaluating.value !== null || sweeping.value !== null || guarding.value !== null;
  });
  let judged = "";
  effect(() => {
    const key = scope.value?.key ?? "";
    if (key === judged) return;
    judged = key;
    untracked(forgetEvaluation);
    untracked(forgetGuard);
  });
}

export function LabView() {
  useEffect(start, []);
  const fits = builtInFits.value;
  useEffect(() => {
    // The Fashion sample comes with its images; for any other network they would be the wrong ones.
    if (fits && !labelled.value && !reading.value) void chooseBuiltIn();
  }, [fits]);
  const shown = PARTS.find((it) => it.id === labPart.value)!;
  return (
    <div class="lab">
      <LabelledImages />
      <fieldset class="segments" aria-label={t.name}>
        {PARTS.map((it) => (
          <button
            key={it.id}
            type="button"
            aria-pressed={it === shown}
            onClick={() => {
              labPart.value = it.id;
            }}
          >
            {it.title}
          </button>
        ))}
      </fieldset>
      {shown.body()}
    </div>
  );
}
