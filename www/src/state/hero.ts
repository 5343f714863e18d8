/** The picture of the network: its graph, fetched once per network, and where the view stands in it. */
import { effect, signal, untracked } from "@preact/signals";
import { type Camera, HOME } from "../charts/hero-layout";
import type { Topology } from "../wasm/core";
import { plannerCall } from "./engines";
import * as store from "./store";

export const graph = signal<{ of: Blob; topology: Topology } | null>(null);
export const camera = signal<Camera>(HOME);
/** Which part of the drawer is open; "" for none. */
export type DrawerPart = "" | "channel" | "layer" | "method" | "data";
export const drawer = signal<DrawerPart>("");
/** The user has moved the handle: nothing invites any more. */
export const touched = signal(false);

export function startHero(): void {
  let asked: Blob | null = null;
  effect(() => {
    const of = store.model.value;
    if (!of || of.blob === asked) return;
    asked = of.blob;
    untracked(() => {
      camera.value = HOME;
      void plannerCall((core) => core.topology()).then(
        (topology) => {
          if (store.model.value?.blob === of.blob) graph.value = { of: of.blob, topology };
        },
        () => {
          // The plan itself reports what is wrong; the next opening asks again.
          asked = null;
        },
      );
    });
  });
}
