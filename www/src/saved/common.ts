/** What every saved picture shares: the page's colours now, and the plan it belongs to. */
import type { LegendItem, Look } from "../charts/picture";
import { percent, removedPercent } from "../lib/format";
import { amount, controls, live, model, takesShare } from "../state/store";
import { words } from "../words";

/** A colour or size of the style sheet. */
export function token(name: string, within: Element = document.documentElement): string {
  return getComputedStyle(within).getPropertyValue(`--${name}`).trim();
}

export function look(): Look {
  return { paper: token("panel"), ink: token("ink"), quiet: token("quiet") };
}

export function fileName(): string {
  return model.value?.overview.file ?? "";
}

/** Which plan, and what it saves: two lines under the title. */
export function planNotes(): string[] {
  const how = takesShare.value ? words.pictures.share(amount.value) : words.pictures.threshold(amount.value);
  const plan = words.pictures.plan(
    words.choices.criteria[controls.criterion.value],
    how,
    words.choices.compensations[controls.compensation.value],
  );
  const preview = live.drag.value?.preview;
  if (!preview) return [plan];
  const [params, macs, channels] = [preview.params, preview.macs, preview.channels].map((it) =>
    percent(removedPercent(it)),
  );
  return [plan, words.pictures.saved(params!, macs!, channels!)];
}

export const patch = (name: string, fill: string): LegendItem => ({ name, fill });

/** Text of an element as it is read, its buttons left out. */
export function textOf(element: Element | null | undefined): string {
  if (!element) return "";
  const copy = element.cloneNode(true) as Element;
  for (const it of copy.querySelectorAll(":scope > button, [aria-hidden]")) it.remove();
  return (copy.textContent ?? "").replace(/[ \n]+/g, " ").trim();
}
