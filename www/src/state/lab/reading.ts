/**
 * How a network of one's own wants its pictures: the wrong numbers are the first cause of wrong results, and labelled images
 * tell. Tried once for each network and data set, before anything is judged on them.
 */
import { effect, signal, untracked } from "@preact/signals";
import type { ReadsBetter } from "../../wasm/core";
import { model, presetChoice } from "../store";
import { type Labelled, labelled } from "./data";
import { pool } from "./pool";
import { turn } from "./turns";

/** What was found, for the network and the images that are there. */
const found = signal<{ of: Blob; data: Labelled; better: ReadsBetter | null } | null>(null);
export const trying = signal(false);

/** Said as long as it is in force. */
export function better(): ReadsBetter | null {
  const it = found.value;
  if (!it?.better || it.of !== model.value?.blob || it.data !== labelled.value) return null;
  return presetChoice.value === it.better.preset ? it.better : null;
}

async function tryWays(of: Blob, name: string, data: Labelled): Promise<void> {
  trying.value = true;
  try {
    // In turn with the judging, and before it.
    const way = await turn(true, () => pool.readsBetter(name, of, data.files));
    if (model.peek()?.blob !== of || labelled.peek() !== data) return;
    found.value = { of, data, better: way };
    if (way && presetChoice.peek() === "") presetChoice.value = way.preset;
  } catch {
    // The guess stands; what is wrong with images or network the judging says itself.
  } finally {
    trying.value = false;
  }
}

export function startReading(): void {
  let asked: unknown[] = [];
  effect(() => {
    const [open, data] = [model.value, labelled.value];
    if (!open || !data?.info.labelled || data.builtIn || open.source.kind === "sample") return;
    if (open.companions.length > 0 || presetChoice.value !== "") return;
    if (asked[0] === open.blob && asked[1] === data) return;
    asked = [open.blob, data];
    untracked(() => void tryWays(open.blob, open.overview.file, data));
  });
}
