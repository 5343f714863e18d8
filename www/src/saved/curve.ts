import type { LegendItem, Picture } from "../charts/picture";
import { savingsCurve } from "../charts/savings-curve";
import { amount, curve, takesShare } from "../state/store";
import { amountPlace, amountTicks } from "../views/dial-scale";
import { PICTURE } from "../words/pictures";
import { fileName, look, planNotes, token } from "./common";

/** What every threshold would save. */
export function curvePicture(): Picture | null {
  const lines = curve.value;
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
    { name: PICTURE.parameters, stroke: colours.params },
    { name: PICTURE.macs, stroke: colours.macs, dash: "6 3" },
  ];
  const axis = {
    name: share ? PICTURE.share : PICTURE.threshold,
    up: PICTURE.percentRemoved,
    ticks: amountTicks(share).map((it) => [amountPlace(Number(it), share), it] as const),
    now: Math.min(1, Math.max(0, amountPlace(amount.value, share))),
    nowName: share ? String(amount.value) : `τ = ${amount.value}`,
  };
  return {
    title: PICTURE.curve(fileName()),
    notes: planNotes(),
    rows: [[savingsCurve(lines, axis, colours)]],
    legend,
    look: look(),
  };
}
