/** Accuracy of every class: a network may keep its average and lose one class. */

import { useState } from "preact/hooks";
import { hundredths } from "../../lib/proportion";
import { labelled } from "../../state/lab/data";
import type { Against, Evaluation } from "../../wasm/core";
import { words } from "../../words";

export interface Shown {
  original: Evaluation | null;
  pruned: Against | null;
  /** Undefined where there is no repaired network. */
  repaired: Against | null | undefined;
}

interface Line {
  label: string;
  images: number;
  before: number | null;
  after: number | null;
}

const AT_FIRST = 12;

export function ClassBars({ original, pruned, repaired }: Shown) {
  const [all, setAll] = useState(false);
  const lines = linesOf({ original, pruned, repaired });
  if (lines.length === 0) return null;
  // Few classes keep their order; of many, those that lost most are what one looks for.
  const many = lines.length > AT_FIRST;
  const sorted = many ? [...lines].sort((a, b) => change(a) - change(b)) : lines;
  const shown = all ? sorted : sorted.slice(0, AT_FIRST);
  const after = repaired ? words.lab.evaluation.repaired : words.lab.evaluation.pruned;
  return (
    <div class="classes">
      <h3>
        {words.lab.evaluation.byClass}{" "}
        <span class="hint">
          <i class="class-key before" /> {words.lab.evaluation.original} <i class="class-key after" /> {after}
        </span>
      </h3>
      <ul>
        {shown.map((it) => (
          <li key={it.label} title={words.lab.evaluation.classImages(it.label, it.images)}>
            <span class="class-name">{it.label}</span>
            <span class="class-bars" aria-hidden="true">
              <i class="before" style={{ width: `${100 * (it.before ?? 0)}%` }} />
              <i class="after" style={{ width: `${100 * (it.after ?? 0)}%` }} />
            </span>
            <span class="class-numbers">
              {it.before === null ? "–" : hundredths(it.before, 0)} →{" "}
              {it.after === null ? "–" : hundredths(it.after, 0)}
            </span>
          </li>
        ))}
      </ul>
      {many ? (
        <button type="button" class="link" onClick={() => setAll(!all)}>
          {all ? words.lab.evaluation.lostMost : words.lab.evaluation.allClasses(lines.length)}
        </button>
      ) : null}
    </div>
  );
}

function change(of: Line): number {
  return (of.after ?? 0) - (of.before ?? 0);
}

export function linesOf({ original, pruned, repaired }: Shown): Line[] {
  const other = repaired ?? pruned;
  if (!original) {
    // Room for what comes, so that nothing moves then.
    const { classes = [], per_class: images = [] } = labelled.value?.info ?? {};
    return classes.map((label, i) => ({ label, images: images[i] ?? 0, before: null, after: null }));
  }
  const after = new Map(other?.per_class.map((it) => [it.label, it.accuracy]));
  return original.per_class.map((it) => ({
    label: it.label,
    images: it.images,
    before: it.accuracy,
    after: after.get(it.label) ?? null,
  }));
}
