import { freeze } from "../charts/freeze";
import type { Drawing, Picture } from "../charts/picture";
import { words } from "../words";
import { fileName, look, planNotes, textOf } from "./common";

const WIDTH = 170;

/** The five stages at the step that is shown, with what is said about it and its effect. */
export function stagesPicture(within: Element | null): Picture | null {
  const stages = [...(within?.querySelectorAll(".stage") ?? [])];
  if (!within || stages.length === 0) return null;
  const row = stages.map((it): Drawing => {
    const svg = it.querySelector("svg");
    const lines = {
      caption: [...it.querySelectorAll(".stage-head > *")].map(textOf),
      below: [textOf(it.querySelector(".fact"))],
    };
    if (!svg) return { width: WIDTH, height: 0, markup: "", ...lines };
    // Stretched on the page where its box is wider.
    const { x, y, width, height } = svg.viewBox.baseVal;
    return { ...freeze(svg, { box: { x, y, width, height }, width: WIDTH }), ...lines };
  });
  const step = within.querySelector('[aria-current="step"]');
  const effect = within.querySelector(".effect strong")?.parentElement;
  return {
    title: words.pictures.stages(textOf(within.querySelector("h3")), textOf(step), fileName()),
    notes: [textOf(within.querySelector(".telling")), textOf(effect), ...planNotes()].filter(Boolean),
    rows: [row],
    between: "→",
    legend: [],
    look: look(),
  };
}
