/** The graph of layers and how wide it still is, while the network panel is open. */
import { effect, signal } from "@preact/signals";
import { type Remote, wrap } from "comlink";
import type { Placed } from "../charts/graph-layout";
import type { Layouter } from "../charts/graph-layout.worker";
import { latest } from "../lib/latest";
import type { Topology } from "../wasm/core";
import { EngineLost, sentence } from "../worker/engine";
import { spawn } from "../worker/spawn";
import { plannerCall } from "./engines";
import * as store from "./store";

export interface Drawing {
  of: store.Model;
  topology: Topology;
  placed: Placed;
}

export const drawing = signal<Drawing | null>(null);
/** Kept channels of every node, then of every edge; null until the first plan. */
export const widths = signal<Uint32Array | null>(null);

let layouter: Remote<Layouter> | null = null;

function layout(): Remote<Layouter> {
  layouter ??= wrap<Layouter>(
    spawn(
      "graph-layout.worker",
      () =>
        new Worker(new URL("../charts/graph-layout.worker.ts", import.meta.url), { type: "module", name: "layout" }),
      false,
    ),
  );
  return layouter;
}

let asked: store.Model | null = null;

async function draw(of: store.Model): Promise<void> {
  // A measurement changes the model's numbers, never its graph.
  if (asked?.blob === of.blob && drawing.value?.of.blob === of.blob) return;
  if (asked === of) return;
  asked = of;
  drawing.value = null;
  widths.value = null;
  try {
    const topology = await plannerCall((core) => core.topology());
    const placed = await layout().place(topology);
    if (asked === of) drawing.value = { of, topology, placed };
  } catch (error) {
    asked = null;
    if (!(error instanceof EngineLost)) store.alertText.value = sentence(error);
  }
}

const measureWidths = latest(async () => {
  const of = store.model.value;
  const options = store.options.value;
  try {
    const found = await plannerCall((core) => core.topologyWidths(options));
    if (store.model.value === of) widths.value = found;
  } catch {
    // The plan itself reports what is wrong.
  }
});

export function startDrawing(): void {
  // When the page has come to rest: then the panel opens at once, and offline too.
  setTimeout(layout, 1500);
  effect(() => {
    const of = store.model.value;
    if (of && store.screen.view.value === "graph") void draw(of);
  });
  effect(() => {
    store.live.drag.value;
    if (drawing.value && store.screen.view.value === "graph") void measureWidths();
  });
}
