import { freeze } from "../charts/freeze";
import type { Placed } from "../charts/graph-layout";
import type { Picture } from "../charts/picture";
import { words } from "../words";
import { fileName, look, patch, planNotes, token } from "./common";

/** The whole network, however much of it the panel shows. */
export function graphPicture(svg: SVGSVGElement | null, placed: Placed): Picture | null {
  const all = svg?.querySelector(":scope > g");
  if (!svg || !all) return null;
  const drawing = freeze(svg, { of: all, box: { x: 0, y: 0, width: placed.width, height: placed.height } });
  const way = all.querySelector(".edge-coupled");
  return {
    title: words.pictures.graph(fileName()),
    notes: planNotes(),
    rows: [[drawing]],
    legend: [
      { ...patch(words.pictures.was, token("alive-low")), border: token("alive-high") },
      patch(words.pictures.stays, token("accent")),
      ...(way ? [{ name: words.pictures.together, stroke: getComputedStyle(way).stroke }] : []),
    ],
    look: look(),
  };
}
