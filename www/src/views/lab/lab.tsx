import type { ComponentChildren } from "preact";
import { screen } from "../../state/store";
import type { LabPart } from "../../state/url";
import { words } from "../../words";
import { CurvesView } from "./curves";
import { LabelledImages } from "./data";
import { EvaluationView } from "./evaluation";
import { GuardView } from "./guard";

const PARTS: { id: LabPart; title: string; body: () => ComponentChildren }[] = [
  { id: "evaluate", title: words.lab.parts.evaluate, body: () => <EvaluationView /> },
  { id: "curves", title: words.lab.parts.curves, body: () => <CurvesView /> },
  { id: "guard", title: words.lab.parts.guard, body: () => <GuardView /> },
];

export function LabView() {
  const shown = PARTS.find((it) => it.id === screen.lab.value)!;
  return (
    <div class="lab">
      <LabelledImages />
      <fieldset class="segments" aria-label={words.lab.name}>
        {PARTS.map((it) => (
          <button
            key={it.id}
            type="button"
            aria-pressed={it === shown}
            onClick={() => {
              screen.lab.value = it.id;
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
