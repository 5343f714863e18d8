import { freeze } from "../charts/freeze";
import type { Drawing, LegendItem, Picture } from "../charts/picture";
import { controls, live, model } from "../state/store";
import { words } from "../words";
import { fileName, look, patch, planNotes, textOf, token } from "./common";

const BELL = 300;
const TRACE = 260;

/** The channel's Gaussian, its partner's, what was measured, and how the measurement settled. */
export function channelPicture(within: Element | null): Picture | null {
  const now = live.detail.value;
  if (!within || !now) return null;
  const own = now.this;
  const bells = [...within.querySelectorAll(".bell")].map(
    (it): Drawing => ({
      ...freeze(it.querySelector("svg")!, { width: BELL }),
      caption: [...it.querySelectorAll("figcaption > *")].map((line) => line.textContent ?? ""),
      below: [...it.querySelectorAll(".bell-facts > span")].map((fact) => fact.textContent ?? ""),
    }),
  );
  const trace = within.querySelector(".trace");
  const drawn = trace?.querySelector("svg");
  const settled = drawn
    ? [[{ ...freeze(drawn, { width: TRACE }), caption: [textOf(trace?.querySelector("figcaption"))] }]]
    : [];
  const dead = within.querySelector(".bell .input-dead") ? "input-dead" : "output-dead";
  const legend: LegendItem[] = [
    { name: words.pictures.gaussian, stroke: token("ink") },
    patch(words.pictures.pinned, token(now.case === "keep" || now.case === null ? "alive-high" : dead)),
    ...(now.histogram ? [patch(words.pictures.measured, token("quiet"))] : []),
  ];
  return {
    title: words.pictures.channel(
      own.channel,
      model.value?.siteNames[own.site] ?? "",
      fileName(),
      now.removed ? words.channel.removed : words.channel.kept,
    ),
    notes: [
      words.choices.caseSentence(now, controls.compensation.value !== "none"),
      ...[...within.querySelectorAll(".seen > .fit")].map(textOf),
      ...planNotes(),
    ],
    rows: [bells, ...settled],
    legend,
    look: look(),
  };
}
