import { type BarRow, bars } from "../charts/bars";
import { freeze } from "../charts/freeze";
import type { Drawing, LegendItem, Picture } from "../charts/picture";
import { words } from "../words";
import { fileName, look, patch, planNotes, textOf, token } from "./common";

/** The lab's curves as they are drawn, with their names. */
export function curvesPicture(within: Element | null): Picture | null {
  const chart = within?.querySelector<SVGSVGElement>(".lab-chart svg");
  if (!within || !chart) return null;
  const legend = [...within.querySelectorAll(".lab-legend li")].map((it): LegendItem => {
    const style = getComputedStyle(it.querySelector("path")!);
    const dash = style.strokeDasharray;
    return { name: textOf(it), stroke: style.stroke, ...(dash && dash !== "none" ? { dash } : {}) };
  });
  const data = textOf(within.closest(".lab")?.querySelector(".lab-data-name"));
  return {
    title: words.pictures.curves(fileName()),
    notes: data ? [data] : [],
    rows: [[freeze(chart)]],
    legend,
    look: look(),
  };
}

export interface ClassLine {
  label: string;
  before: number | null;
  after: number | null;
}

/** Right answers with their intervals, and every class. */
export function evaluationPicture(
  within: Element | null,
  classes: readonly ClassLine[],
  after: string,
): Picture | null {
  if (!within) return null;
  const whiskers = [...within.querySelectorAll<SVGSVGElement>(".whiskers svg")].map(
    (it): Drawing => freeze(it, { width: 320 }),
  );
  const [was, is] = [token("alive-high"), token("accent")];
  const share = (of: number | null) => (of === null ? "–" : (100 * of).toFixed(0));
  const rows = classes.map(
    (it): BarRow => ({
      name: it.label,
      lanes: [[{ share: it.before ?? 0, fill: was }], [{ share: it.after ?? 0, fill: is }]],
      text: words.pictures.change(share(it.before), share(it.after)),
    }),
  );
  return {
    title: words.pictures.evaluation(fileName()),
    notes: [textOf(within.querySelector(".lab-verdict")), ...planNotes()].filter(Boolean),
    rows: [
      whiskers,
      ...(rows.length > 0 ? [[bars(rows, { ink: token("ink"), quiet: token("quiet"), rest: token("linear-a") })]] : []),
    ],
    legend: [patch(words.lab.evaluation.original, was), patch(after, is)],
    look: look(),
  };
}
