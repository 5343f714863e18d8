/** Where rows and cells of the channel map are: pure geometry in CSS pixels. */
import type { Pair, Site } from "../wasm/core";

export interface RowBox {
  y: number;
  height: number;
}

export interface MapLayout {
  rows: RowBox[];
  /** Left edge and width of the cells. */
  left: number;
  width: number;
  /** Width and height of the whole picture. */
  total: { width: number; height: number };
}

const LOWEST_ROW = 9;
const HIGHEST_ROW = 22;
const RIGHT_GUTTER = 74;
/** Between rows of one pair, and between others. */
const PAIR_GAP = 1;
const GAP = 4;

/** A narrow map spends less on the counts at its right. */
const NARROW = 480;
const NARROW_GUTTER = 60;

/** Height of the picture when every row has as much room as it can use. */
export function naturalHeight(sites: readonly Site[], pairs: readonly Pair[]): number {
  return layout(sites, pairs, 600, Number.POSITIVE_INFINITY).total.height;
}

/** `type` is the size of letters, 1 being the ordinary one; `longest` the number of them in the longest name. */
export function layout(
  sites: readonly Site[],
  pairs: readonly Pair[],
  width: number,
  height: number,
  type = 1,
  longest = 0,
): MapLayout {
  const together = new Set(pairs.map((pair) => `${pair.before}\n${pair.after}`));
  const gaps = sites.map((site, i): number => {
    if (i === 0) return 0;
    return together.has(`${sites[i - 1]!.norm}\n${site.norm}`) ? PAIR_GAP : GAP;
  });
  const gapSum = gaps.reduce((a, b) => a + b, 0);
  const room = sites.length ? Math.floor((height - gapSum - 2) / sites.length) : 0;
  // Whoever asked for large letters gets them; the map then scrolls sooner.
  const [least, most] = type > 1 ? [Math.round(11 * type), HIGHEST_ROW * type] : [LOWEST_ROW, HIGHEST_ROW];
  const row = Math.min(most, Math.max(least, room));
  let y = 1;
  const rows = gaps.map((gap) => {
    y += gap;
    const box = { y, height: row };
    y += row;
    return box;
  });
  const usual = Math.max(84, width * 0.22 * Math.min(type, 1.3));
  // Names that a narrow map would cut take more than a third of it.
  const named = Math.min(width * 0.38, LOCK_STRIP + 10 + longest * labelSize(row, type) * LETTER);
  const left = Math.round(Math.min(148 * type, Math.max(usual, named)));
  const gutter = width < NARROW ? NARROW_GUTTER : RIGHT_GUTTER;
  return {
    rows,
    left,
    width: Math.max(40, width - left - gutter * Math.min(type, 1.4)),
    total: { width, height: y + 1 },
  };
}

/** Width of a letter as a share of its size. */
export const LETTER = 0.55;

/** Size of a row's label: as large as asked for, unless the row is lower. */
export function labelSize(row: number, type: number): number {
  return Math.min(11 * type, row + 0.5);
}

/** Width of the strip at the left in which a row's padlock stands. */
export const LOCK_STRIP = 20;

/** The row under a point left of the cells, and whether its padlock or its name; null elsewhere. */
export function hitLabel(map: MapLayout, x: number, y: number): { row: number; part: "lock" | "name" } | null {
  if (x < 0 || x >= map.left - 2) return null;
  const row = map.rows.findIndex((box) => y >= box.y - 1 && y < box.y + box.height + 1);
  return row < 0 ? null : { row, part: x < LOCK_STRIP ? "lock" : "name" };
}

/** Row and slot (position in the sorted row) under a point; null beside the cells. */
export function hit(
  map: MapLayout,
  sites: readonly Site[],
  x: number,
  y: number,
): { row: number; slot: number } | null {
  const row = map.rows.findIndex((box) => y >= box.y - 1 && y < box.y + box.height + 1);
  const site = sites[row];
  if (!site || x < map.left || x >= map.left + map.width) return null;
  return { row, slot: Math.min(site.channels - 1, Math.floor(((x - map.left) / map.width) * site.channels)) };
}

/**
 * For each device pixel of a row: the slot that is painted there, or −1 for the hairline between
 * cells that are wide enough to have one.
 */
export function columnSlots(channels: number, pixels: number): Int32Array {
  const slots = new Int32Array(pixels);
  const cell = pixels / channels;
  for (let x = 0; x < pixels; x++) {
    const slot = Math.min(channels - 1, Math.floor((x * channels) / pixels));
    const last = x + 1 < pixels && Math.floor(((x + 1) * channels) / pixels) !== slot;
    slots[x] = cell >= 4 && last ? -1 : slot;
  }
  return slots;
}
