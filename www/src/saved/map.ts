import type { Drawing, Picture } from "../charts/picture";
import { model, screen } from "../state/store";
import { words } from "../words";
import { fileName, look, patch, planNotes, token } from "./common";

/** The channel map, or the layer it shows alone. */
export function mapPicture(drawing: Drawing | null): Picture | null {
  if (!drawing) return null;
  const row = screen.zoom.value;
  const layer = row === null ? null : (model.value?.siteNames[row] ?? "");
  return {
    title: layer === null ? words.pictures.map(fileName()) : words.pictures.row(layer, fileName()),
    notes: planNotes(),
    rows: [[drawing]],
    legend: [
      patch(words.map.legend.alive, token("kept-strong")),
      patch(words.map.legend.outputDead, token("output-dead")),
      patch(words.map.legend.inputDead, token("input-dead")),
      patch(words.map.legend.bothDead, token("both-dead")),
      { name: words.map.legend.removed, fill: token("hero-hollow"), border: token("hero-line") },
      patch(words.map.legend.withheld, token("withheld")),
      { name: words.map.legend.linear, fill: token("linear-b"), border: token("line") },
    ],
    look: look(),
  };
}
