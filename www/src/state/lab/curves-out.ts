/** The curves as a table in a file. */

import { type Cell, csv } from "../../lib/csv";
import { download } from "../../lib/download";
import { CURVE_COLUMNS } from "../../words/files";
import { model } from "../store";
import { curves } from "./sweep";

export function stem(): string {
  return (model.value?.overview.file ?? "network").replace(/\.onnx$/i, "");
}

export function downloadCurvesCsv(): void {
  download(`${stem()}.curves.csv`, csv(CURVE_COLUMNS, rows()), "text/csv");
}

function* rows(): Generator<Cell[]> {
  for (const { criterion, compensation, points } of curves.value) {
    for (const { knob, channels, params, macs, result } of points) {
      const against = result.against;
      if (!against) continue;
      const [low, high] = against.accuracy_interval ?? [null, null];
      const cost = [channels.after, params.after, macs.after];
      yield [criterion, compensation, knob, ...cost, against.accuracy, low, high, against.agreement, against.mean_kl];
    }
  }
}
