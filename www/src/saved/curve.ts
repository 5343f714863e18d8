import { amountPlace, amountTicks } from "../charts/dial-scale";
import type { LegendItem, Picture } from "../charts/picture";
import { savingsCurve } from "../charts/savings-curve";
import { curveShown } from "../state/planning";
import { amount, takesShare } from "../state/store";
import { words } from "../words";
import { fileName, look, planNotes, token } from "./common";

/** What every threshold would save. */
export function curvePicture(): Picture | null {
  const lines = curveShown.value;
  if (!lines) return null;
  const share = takesShare.value;
  const colours = {
    ink: token("ink"),
    quiet: token("quiet"),
    line: token("line"),
    params: token("accent"),
    macs: token("focus"),
  };
  const legend: LegendItem[] = [
    { name: words.pictures.parameters, stroke: colours.params },
    { name: words.pictures.macs, stroke: colours.macs, dash: "6 3" },
  ];
  const axis = {
    name: share ? words.pictures.byShare : words.pictures.byThreshold,
    up: words.pictures.upwards,
    ticks: amountTicks(share).map((it) => [amountPlace(Number(it), share), it] as const),
    now: Math.min(1, Math.max(0, amountPlace(amount.value, share))),
    nowName: share ? String(amount.value) : words.pictures.threshold(amount.value),
  };
  return {
    title: words.pictures.curve(fileName()),
    notes: planNotes(),
    rows: [[savingsCurve(lines, axis, colours)]],
    legend,
    look: look(),
  };
}
