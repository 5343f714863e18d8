/** Layers whose channels all stay, by hand; from the map by the row that shows them. */
import type { Site } from "../wasm/core";
import { locked, model } from "./store";

export function toggleLock(layer: number): void {
  const now = locked.value;
  locked.value = now.includes(layer) ? now.filter((it) => it !== layer) : [...now, layer].sort((a, b) => a - b);
}

/** The layer that writes a row's channels, or −1 where several do (behind an Add, a Concat). */
export function layerOf(site: Site | undefined): number {
  const layers = model.value?.overview.layers ?? [];
  return site?.writer ? layers.findIndex((it) => it.name === site.writer) : -1;
}

/** Per row of the map. */
export function lockedRows(): boolean[] {
  return (model.value?.overview.sites ?? []).map((site) => locked.value.includes(layerOf(site)));
}

/** Locks or frees the layer of a row; returns whether it has one. */
export function toggleRowLock(row: number): boolean {
  const layer = layerOf(model.value?.overview.sites[row]);
  if (layer < 0) return false;
  toggleLock(layer);
  return true;
}
