/** Which network and which data the lab judges now, and what names their results. */
import { computed, effect, signal } from "@preact/signals";
import type { Origin } from "../../lib/identity";
import type { Bench } from "../../worker/lab-api";
import { type Model, model, origin, preset } from "../store";
import { images, labelled } from "./data";
import { pool } from "./pool";

/** The network's digest, once it is known. */
const network = signal<{ blob: Blob; digest: string } | null>(null);

/** Everything the results depend on besides the plan. */
export interface Scope {
  /** Results of equal scopes are equal, also after a reload. */
  key: string;
  bench: Bench;
  images: number;
  /** Networks that are judged here must be cut from this. */
  origin: Origin;
}

let benches = 0;
let last: { model: Blob; data: unknown; preset: string; bench: Bench } | null = null;

/** The same bench as long as nothing changed that the workers would have to open again. */
function benchOf(open: Model): Bench {
  const data = labelled.peek()!;
  const as = preset.peek();
  if (last && last.model === open.blob && last.data === data && last.preset === as) return last.bench;
  const { blob, companions, overview } = open;
  const bench = { id: ++benches, name: overview.file, model: blob, companions, files: data.files, preset: as };
  last = { model: blob, data, preset: as, bench };
  return bench;
}

export const scope = computed<Scope | null>(() => {
  const [open, data, of] = [model.value, labelled.value, network.value];
  const as = preset.value;
  const count = images.value;
  if (!open || !data || !of || of.blob !== open.blob) return null;
  const from = origin.value;
  const plans = from.statistics ? `:${from.statistics}` : "";
  const key = `${of.digest}|${data.digest}:${count}|${as}${plans}|`;
  return { key, bench: benchOf(open), images: count, origin: from };
});

/** Reads the network's digest when the lab has data: a page that never opens the lab pays nothing. */
export function startBench(): void {
  effect(() => {
    const open = model.value;
    if (!open || !labelled.value || network.peek()?.blob === open.blob) return;
    void readDigest(open.blob, open.companions);
  });
}

/** Again when somebody stopped the workers just then. */
async function readDigest(blob: Blob, companions: Model["companions"], tries = 3): Promise<void> {
  try {
    const digest = await pool.digest([blob, ...companions.map((it) => it.content)]);
    if (model.peek()?.blob === blob) network.value = { blob, digest };
  } catch {
    if (tries > 1 && model.peek()?.blob === blob) await readDigest(blob, companions, tries - 1);
  }
}
