import type { Drawing, Picture } from "../charts/picture";
import { model, zoom } from "../state/store";
import { PICTURE, STATE_LEGEND } from "../words/pictures";
import { fileName, look, patch, planNotes, token } from "./common";

/** The channel map, or the layer it shows alone. */
export function mapPicture(drawing: Drawing | null): Picture | null {
  if (!drawing) return null;
  const row = zoom.value;
  const layer = row === null ? null : (model.value?.siteNames[row] ?? "");
  return {
    title: layer === null ? PICTURE.map(fileName()) : PICTURE.row(fileName(), layer),
    notes: planNotes(),
    rows: [[drawing]],
    legend: [
      patch(STATE_LEGEND.alive, token("alive-high")),
      patch(STATE_LEGEND.outputDead, token("output-dead")),
      patch(STATE_LEGEND.inputDead, token("input-dead")),
      patch(STATE_LEGEND.bothDead, token("both-dead")),
      patch(STATE_LEGEND.removed, token("removed")),
      patch(STATE_LEGEND.withheld, token("withheld")),
      { name: STATE_LEGEND.linear, fill: token("linear-b"), border: token("line") },
    ],
    look: look(),
  };
}
