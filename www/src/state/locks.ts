/** What single layers have to themselves: locks, and limits of the map's rows. */
import { computed } from "@preact/signals";
import { type OwnKey, readOwn, withOwn } from "../lib/own";
import type { Site } from "../wasm/core";
import { controls, model } from "./store";

export function toggleLock(layer: number): void {
  const now = controls.locked.value;
  controls.locked.value = now.includes(layer)
    ? now.filter((it) => it !== layer)
    : [...now, layer].sort((a, b) => a - b);
}

/** The layer that writes a row's channels, or −1 where several do (behind an Add, a Concat). */
export function layerOf(site: Site | undefined): number {
  const layers = model.value?.overview.layers ?? [];
  return site?.writer ? layers.findIndex((it) => it.name === site.writer) : -1;
}

/** Per row of the map. */
export function lockedRows(): boolean[] {
  return (model.value?.overview.sites ?? []).map((site) => controls.locked.value.includes(layerOf(site)));
}

/** Locks or frees the layer of a row; returns whether it has one. */
export function toggleRowLock(row: number): boolean {
  const layer = layerOf(model.value?.overview.sites[row]);
  if (layer < 0) return false;
  toggleLock(layer);
  return true;
}

/** Limits by row. */
export const ownRows = computed(() => readOwn(controls.own.value));

/** Sets one limit of a row, or leaves it to the plan. */
export function setOwn(row: number, key: OwnKey, value: number | null): void {
  controls.own.value = withOwn(controls.own.value, row, key, value);
}
