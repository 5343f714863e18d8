import { type BarRow, bars } from "../charts/bars";
import type { Picture } from "../charts/picture";
import { percent, removedPercent } from "../lib/format";
import { comparison, type Outcome } from "../state/compare";
import { model } from "../state/store";
import { words } from "../words";
import { fileName, look, patch, textOf, token } from "./common";

/** Layer by layer what both remove, what only one does, and what their plans are. */
export function comparePicture(within: Element | null): Picture | null {
  const of = comparison.value;
  if (!of || !within) return null;
  const names = model.value?.layerNames ?? [];
  const [a, b, both] = ["side-a", "side-b", "quiet"].map((it) => token(it));
  const rows = of.layers
    .filter((it) => it.onlyA.length + it.onlyB.length + it.both.length > 0)
    .map(
      (it): BarRow => ({
        name: names[it.layer] ?? "",
        lanes: [
          [
            { share: it.both.length / it.channels, fill: both! },
            { share: it.onlyA.length / it.channels, fill: a! },
            { share: it.onlyB.length / it.channels, fill: b! },
          ],
        ],
        text: words.pictures.split(it.both.length, it.onlyA.length, it.onlyB.length, it.channels),
      }),
    );
  // What the images said stands in the page's table.
  const said = [...within.querySelectorAll("tr.judged")].map((row) => {
    const [what = "", first = "", second = ""] = [...row.children].map(textOf);
    return words.pictures.judged(what, first, second);
  });
  return {
    title: words.pictures.compare(fileName()),
    notes: [side(words.compare.a, of.a), side(words.compare.b, of.b), ...said],
    rows: [[bars(rows, { ink: token("ink"), quiet: token("quiet"), rest: token("alive-low") })]],
    legend: [patch(words.pictures.both, both!), patch(words.pictures.onlyA, a!), patch(words.pictures.onlyB, b!)],
    look: look(),
  };
}

function side(name: string, of: Outcome): string {
  const amount = of.criterion === "probability" ? words.pictures.threshold(of.amount) : words.pictures.share(of.amount);
  const plan = words.pictures.plan(
    words.choices.criteria[of.criterion],
    amount,
    words.choices.compensations[of.compensation],
  );
  const [params, macs, channels] = [of.params, of.macs, of.channels].map((it) => percent(removedPercent(it)));
  return words.pictures.side(name, plan, words.pictures.saved(params!, macs!, channels!));
}
