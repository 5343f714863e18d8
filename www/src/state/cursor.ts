/** What the pointer or the arrow keys are on in the channel map. */

import { computed, signal } from "@preact/signals";
import { probability } from "../lib/format";
import { words } from "../words";
import { layerOf, ownRows } from "./locks";
import { controls, live, model, screen, takesShare } from "./store";

export const cursor = signal<{ row: number; slot: number } | null>(null);
/** A row's label that the pointer is on. */
export const pointed = signal<{ row: number; part: "lock" | "name" } | null>(null);
/** How many cells stand in a line of the close view: up and down move by as many. */
export const perLine = signal(1);

/**
 * Per row, the key at which its channels start to go; for shares, that of the last channel that went.
 * Null while order and plan do not belong together.
 */
export const cuts = computed<readonly number[] | null>(() => {
  const [rows, step, open] = [live.order.value, live.drag.value, model.value];
  if (!rows || !step || !open || rows.by !== controls.criterion.value) return null;
  const { sites } = open.overview;
  const own = ownRows.value;
  if (!takesShare.value) return sites.map((_, row) => own.get(row)?.threshold ?? controls.threshold.value);
  const lowest = sites.map(({ offset, channels }) => {
    let key = Number.POSITIVE_INFINITY;
    for (let i = offset; i < offset + channels; i++) {
      const state = step.states[rows.channels[i]!]!;
      if (state > 0 && rows.keys[i]! < key && rows.keys[i]! > -1e38) key = rows.keys[i]!;
    }
    return key;
  });
  // One share cuts all rows at one score, unless some row has its own and all that hangs on it.
  if ([...own.values()].some((it) => it.share !== undefined)) return lowest;
  const least = lowest.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  return lowest.map(() => least);
});

function channelAt(at: { row: number; slot: number }): number | null {
  const site = model.value?.overview.sites[at.row];
  const flat = site && live.order.value?.channels[site.offset + at.slot];
  return flat === undefined ? null : flat - site!.offset;
}

export const readOut = computed(() => {
  const at = cursor.value;
  const open = model.value;
  if (pointed.value) return labelReadOut(pointed.value);
  if (!at || !open) return "";
  const site = open.overview.sites[at.row];
  const channel = channelAt(at);
  if (!site || channel === null) return "";
  const p = open.probabilities[site.offset + channel]!;
  const state = words.map.states[live.drag.value?.states[site.offset + channel] ?? 0] ?? "";
  const pinned = Number.isNaN(p) ? words.map.readOut.noProbability : words.map.readOut.probability(probability(p));
  const own = words.limits.own(ownRows.value.get(at.row));
  return words.map.readOut.channel(open.siteNames[at.row]!, channel, site.activation, pinned, state, own);
});

function labelReadOut({ row, part }: { row: number; part: "lock" | "name" }): string {
  const open = model.value;
  const site = open?.overview.sites[row];
  if (!open || !site) return "";
  const name = open.siteNames[row]!;
  if (part === "name") return words.map.readOut.layer(name, site.channels, site.activation);
  const layer = layerOf(site);
  if (layer < 0) return words.map.readOut.noLock(name);
  return controls.locked.value.includes(layer) ? words.map.readOut.locked(name) : words.map.readOut.lock(name);
}

/** Shows a row alone, or all of them again; the cursor stays where it was. */
export function zoomTo(row: number | null): void {
  const sites = model.value?.overview.sites ?? [];
  screen.zoom.value = row === null || sites.length === 0 ? null : Math.min(sites.length - 1, Math.max(0, row));
  pointed.value = null;
  if (screen.zoom.value !== null && cursor.value && cursor.value.row !== screen.zoom.value) cursor.value = null;
}

/** Returns whether the key was one of ours. */
export function moveCursor(key: string, far: boolean): boolean {
  const sites = model.value?.overview.sites;
  if (!sites?.length || !live.order.value) return false;
  if (screen.zoom.value !== null) return moveInRow(key, far, screen.zoom.value);
  const at = cursor.value ?? start(sites[0]!.channels);
  const by = far ? 10 : 1;
  const site = sites[at.row]!;
  const moves: Record<string, () => { row: number; slot: number }> = {
    ArrowLeft: () => ({ row: at.row, slot: at.slot - by }),
    ArrowRight: () => ({ row: at.row, slot: at.slot + by }),
    ArrowUp: () => along(at, -by),
    ArrowDown: () => along(at, by),
    Home: () => ({ row: at.row, slot: 0 }),
    End: () => ({ row: at.row, slot: site.channels - 1 }),
  };
  const move = moves[key];
  if (!move) return false;
  const next = cursor.value ? move() : at;
  const row = Math.min(sites.length - 1, Math.max(0, next.row));
  cursor.value = { row, slot: Math.min(sites[row]!.channels - 1, Math.max(0, next.slot)) };
  return true;
}

/** In the close view the cells of one row stand in lines. */
function moveInRow(key: string, far: boolean, row: number): boolean {
  const last = model.value!.overview.sites[row]!.channels - 1;
  const at = cursor.value?.row === row ? cursor.value.slot : startIn(row, last);
  const by: Record<string, number> = {
    ArrowLeft: far ? -10 : -1,
    ArrowRight: far ? 10 : 1,
    ArrowUp: -perLine.value,
    ArrowDown: perLine.value,
    Home: -last,
    End: last,
  };
  const step = by[key];
  if (step === undefined) return false;
  const to = cursor.value?.row === row ? at + step : at;
  // Beyond the first and the last line there is nothing to move to.
  if (key.startsWith("Arrow") && Math.abs(step) === perLine.value && (to < 0 || to > last)) return true;
  cursor.value = { row, slot: Math.min(last, Math.max(0, to)) };
  return true;
}

function startIn(row: number, last: number): number {
  return screen.selected.value?.[0] === row ? start(last + 1).slot : last;
}

/** Rows differ in width: keep the relative place, which is what the eye follows. */
function along(at: { row: number; slot: number }, by: number): { row: number; slot: number } {
  const sites = model.value!.overview.sites;
  const row = Math.min(sites.length - 1, Math.max(0, at.row + by));
  const place = (at.slot + 0.5) / sites[at.row]!.channels;
  return { row, slot: Math.floor(place * sites[row]!.channels) };
}

function start(channels: number): { row: number; slot: number } {
  const [row, channel] = screen.selected.value ?? [0, -1];
  const site = model.value?.overview.sites[row];
  if (site && channel >= 0 && live.order.value) {
    const slot = live.order.value.channels
      .subarray(site.offset, site.offset + site.channels)
      .indexOf(site.offset + channel);
    if (slot >= 0) return { row, slot };
  }
  return { row: 0, slot: channels - 1 };
}

export function openAtCursor(): void {
  const at = cursor.value;
  const channel = at && channelAt(at);
  if (at && channel !== null && channel !== undefined) screen.selected.value = [at.row, channel];
}

/**
 * The most telling channel of a fresh plan: preferably one whose input is dead and whose two Gaussians
 * can both be seen as bells; many dead channels are point masses, which explain less.
 */
export function mostInteresting(): [number, number] | null {
  const [open, step] = [model.value, live.drag.value];
  if (!open || !step) return null;
  const { sites } = open.overview;
  const telling = (of: { case: string; width: number }) => of.width + (of.case === "input_dead" ? 0.1 : 0);
  const removed = step.preview.examples.filter((it) => it.case !== "keep");
  const [best] = removed.sort((a, b) => telling(b) - telling(a));
  if (best) return [best.before[0], best.before[1]];
  const flat = step.states.findIndex((it) => it > 0);
  const site = sites.findIndex((it) => flat >= it.offset && flat < it.offset + it.channels);
  return site >= 0 ? [site, flat - sites[site]!.offset] : null;
}
