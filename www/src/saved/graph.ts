import { freeze } from "../charts/freeze";
import type { Placed } from "../charts/graph-layout";
import type { Picture } from "../charts/picture";
import { PICTURE } from "../words/pictures";
import { fileName, look, patch, planNotes, token } from "./common";

/** The whole network, however much of it the panel shows. */
export function graphPicture(svg: SVGSVGElement | null, placed: Placed): Picture | null {
  const all = svg?.querySelector(":scope > g");
  if (!svg || !all) return null;
  const drawing = freeze(svg, { of: all, box: { x: 0, y: 0, width: placed.width, height: placed.height } });
  return {
    title: PICTURE.graph(fileName()),
    notes: planNotes(),
    rows: [[drawing]],
    legend: [
      { ...patch(PICTURE.was, token("alive-low")), border: token("alive-high") },
      patch(PICTURE.stays, token("accent")),
    ],
    look: look(),
  };
}
