/**
 * The network as one line from left to right: a column for every layer, as high as it has channels; what joins, shuffles
 * or splits stands between as a small mark. Pure geometry, in CSS pixels of the unzoomed picture.
 */
import type { Overview, Topology } from "../wasm/core";

export interface Block {
  /** Index into `Topology.nodes`. */
  node: number;
  kind: string;
  /** Index into `Overview.layers`; −1 for marks. */
  layer: number;
  /** Index into `Overview.sites`: whose channels these are; −1 where nothing normalises them. */
  site: number;
  channels: number;
  x: number;
  width: number;
  height: number;
}

export interface Arc {
  from: number;
  to: number;
  /** Height of its top above the centre line. */
  rise: number;
}

export interface HeroLayout {
  blocks: Block[];
  /** Between neighbours: index of the left one. */
  links: number[];
  arcs: Arc[];
  /** Centre line. */
  middle: number;
  width: number;
  height: number;
}

const MARK = 0.42;
const MARGIN = 18;
/** Room for the counts below. */
const FOOT = 30;
/** Room for what is said over the picture. */
const HEAD = 34;
const LEAST = 7;
/** Of a column, what is bar. */
const BAR = 0.68;
const WIDEST = 64;

export function heroLayout(topology: Topology, overview: Overview, width: number, height: number): HeroLayout {
  const { nodes, edges } = topology;
  const siteOf = new Map(overview.sites.map((it, i) => [it.writer, i] as const));
  const weights = nodes.map((it) => (it.kind === "layer" ? 1 : MARK));
  const total = weights.reduce((a, b) => a + b, 0);
  const unit = Math.min(WIDEST / BAR, (width - 2 * MARGIN) / Math.max(1, total));
  const spans = edges.map((it) => Math.abs(it.to - it.from));
  const longest = Math.max(1, ...spans);
  const arcRoom = spans.some((it) => it > 1) ? 0.24 * height : 0;
  const most = Math.max(1, ...nodes.map((it) => (it.kind === "layer" ? it.channels : 1)));
  const highest = Math.max(40, height - FOOT - HEAD - arcRoom);
  const middle = HEAD + arcRoom + highest / 2;
  let x = (width - total * unit) / 2;
  const blocks = nodes.map((node, i): Block => {
    const room = weights[i]! * unit;
    const layer = node.layer ?? -1;
    const name = overview.layers[layer]?.name ?? "";
    const block: Block = {
      node: i,
      kind: node.kind,
      layer,
      site: layer < 0 ? -1 : (siteOf.get(name) ?? -1),
      channels: node.channels,
      x: x + (room * (1 - BAR)) / 2,
      width: room * BAR,
      height: layer < 0 ? Math.min(22, highest) : Math.max(LEAST, highest * Math.sqrt(node.channels / most)),
    };
    x += room;
    return block;
  });
  const links: number[] = [];
  const arcs: Arc[] = [];
  for (const { from, to } of edges) {
    if (to === from + 1) links.push(from);
    else {
      const span = Math.abs(to - from);
      const under = blocks.slice(Math.min(from, to), Math.max(from, to) + 1).reduce((a, b) => Math.max(a, b.height), 0);
      arcs.push({ from, to, rise: under / 2 + 10 + arcRoom * 0.8 * Math.sqrt(span / longest) });
    }
  }
  return { blocks, links, arcs, middle, width, height };
}

/**
 * Where the channel of a place in the sorted row lies in its column, counted from the top: what stays longest is the
 * core, what goes first lies outside, so that a cut eats in from both ends.
 */
export function lineOf(slot: number, channels: number): number {
  const core = channels >> 1;
  return slot % 2 === 0 ? core + slot / 2 : core - (slot + 1) / 2;
}

/** The other way round. */
export function slotOf(line: number, channels: number): number {
  const core = channels >> 1;
  return line >= core ? 2 * (line - core) : 2 * (core - line) - 1;
}

export interface Camera {
  /** Zoom, 1 is the whole. */
  k: number;
  x: number;
  y: number;
}

export const HOME: Camera = { k: 1, x: 0, y: 0 };

/** Within bounds: nothing beyond the picture's edge, as far as it fills the view. */
export function clamped({ k, x, y }: Camera, width: number, height: number, most: number): Camera {
  const zoom = Math.min(most, Math.max(1, k));
  const least = (size: number) => size - size * zoom;
  return {
    k: zoom,
    x: Math.min(0, Math.max(least(width), x)),
    y: Math.min(0, Math.max(least(height), y)),
  };
}

/** Zoomed by a factor with one point kept where it is. */
export function zoomed(camera: Camera, by: number, px: number, py: number): Camera {
  const k = camera.k * by;
  return { k, x: px - ((px - camera.x) * k) / camera.k, y: py - ((py - camera.y) * k) / camera.k };
}

/** The block and the place in its sorted row under a point of the screen. */
export function hitHero(
  layout: HeroLayout,
  camera: Camera,
  px: number,
  py: number,
): { block: number; slot: number } | null {
  const [x, y] = [(px - camera.x) / camera.k, (py - camera.y) / camera.k];
  // Half of the way to the neighbour still means the column.
  const near = (it: Block) => (it.width * (1 / BAR - 1)) / 2;
  const at = layout.blocks.findIndex((it) => it.layer >= 0 && x >= it.x - near(it) && x <= it.x + it.width + near(it));
  const block = layout.blocks[at];
  if (!block) return null;
  const part = (y - (layout.middle - block.height / 2)) / block.height;
  const slack = 8 / block.height;
  if (part < -slack || part > 1 + slack) return null;
  const line = Math.min(block.channels - 1, Math.max(0, Math.floor(part * block.channels)));
  return { block: at, slot: slotOf(line, block.channels) };
}
