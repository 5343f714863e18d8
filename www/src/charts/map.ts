/**
 * The channel map's painter. Everything that does not follow the threshold (which pixel shows which
 * channel, the shade of kept channels, labels) is prepared once; a drag step colours pixels, stretches
 * rows and draws one cut line each.
 */

import { clip } from "../lib/names";
import { cutPosition, type Order } from "../lib/order";
import type { Own } from "../lib/own";
import type { Model } from "../worker/model";
import { columnSlots, LETTER, LOCK_STRIP, labelSize, layout, type MapLayout } from "./map-layout";
import { Painter } from "./painter";
import { letterSize, type Palette, pixel, ramp } from "./palette";

export interface Scene {
  model: Model;
  order: Order;
  states: Uint8Array;
  /** Per row, the key (see Order) at which channels start to go; null when nothing is cut. */
  cuts: readonly number[] | null;
  /** Rows with limits of their own. */
  own: ReadonlyMap<number, Own>;
  /** Rows without a probability have no cut unless another score orders them. */
  byScore: boolean;
  cursor: { row: number; slot: number } | null;
  /** The label under the pointer. */
  pointed: { row: number; part: "lock" | "name" } | null;
  /** Per row, whether its layer is locked. */
  locked: readonly boolean[];
  /** Flat channel index. */
  selected: number | null;
}

const SHADES = 64;

export class MapPainter extends Painter<Scene, Palette> {
  map: MapLayout | null = null;
  private readonly cells = document.createElement("canvas");
  private image: ImageData | null = null;
  private pixels = new Uint32Array(0);
  /** Per pixel: flat channel index or −1, and the colour while kept. */
  private channelAt = new Int32Array(0);
  private keptColour = new Uint32Array(0);
  private prepared: { order: Order; palette: Palette } | null = null;
  private columns = 0;
  private type = 1;

  protected override size() {
    return this.map?.total ?? { width: 0, height: 0 };
  }

  /** Fits the picture into a box; the canvas may become higher than it, never wider. */
  resize(model: Model, width: number, height: number, ratio = window.devicePixelRatio || 1): void {
    const { sites, pairs } = model.overview;
    this.type = letterSize();
    const longest = Math.max(0, ...model.siteNames.map((it) => it.length));
    this.map = layout(sites, pairs, width, height, this.type, longest);
    this.fit(ratio);
    this.columns = Math.round(this.map.width * ratio);
    this.prepared = null;
  }

  override paint(scene: Scene, palette: Palette): void {
    if (!this.map) return;
    if (this.prepared?.order !== scene.order || this.prepared.palette !== palette) this.prepare(scene, palette);
    this.colour(scene.states, palette);
    this.draw(scene, palette);
  }

  private prepare({ model, order }: Scene, palette: Palette): void {
    const { sites } = model.overview;
    const { columns } = this;
    this.cells.width = columns;
    this.cells.height = Math.max(1, sites.length);
    this.image = new ImageData(columns, this.cells.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.channelAt = new Int32Array(this.pixels.length);
    this.keptColour = new Uint32Array(this.pixels.length);
    const shades = ramp(palette.alive[0], palette.alive[1], SHADES);
    const gap = pixel(palette.paper);
    const hatch = palette.linear.map(pixel);
    sites.forEach((site, row) => {
      const slots = columnSlots(site.channels, columns);
      for (let x = 0; x < columns; x++) {
        const at = row * columns + x;
        const slot = slots[x]!;
        const channel = slot < 0 ? -1 : order.channels[site.offset + slot]!;
        this.channelAt[at] = channel;
        const p = channel < 0 ? 0 : model.probabilities[channel]!;
        if (channel < 0) this.keptColour[at] = gap;
        else if (Number.isNaN(p)) this.keptColour[at] = hatch[((x / this.ratio) >> 2) & 1]!;
        else this.keptColour[at] = shades[Math.min(SHADES - 1, Math.floor(p * SHADES))]!;
      }
    });
    this.prepared = { order, palette };
  }

  private colour(states: Uint8Array, palette: Palette): void {
    const colours = palette.states.map(pixel);
    const { pixels, channelAt, keptColour } = this;
    for (let i = 0; i < pixels.length; i++) {
      const channel = channelAt[i]!;
      const state = channel < 0 ? 0 : states[channel]!;
      pixels[i] = state === 0 ? keptColour[i]! : colours[state]!;
    }
    this.cells.getContext("2d")!.putImageData(this.image!, 0, 0);
  }

  private draw(scene: Scene, palette: Palette): void {
    const { context, canvas, map, ratio, columns } = this;
    const { model, order, states, cuts, own, cursor, selected } = scene;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = palette.paper;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.imageSmoothingEnabled = false;
    context.textBaseline = "middle";
    model.overview.sites.forEach((site, row) => {
      const box = map!.rows[row]!;
      context.drawImage(this.cells, 0, row, columns, 1, map!.left, box.y, map!.width, box.height);
      this.label(scene, palette, row);
      if (cuts && (site.pinned || scene.byScore)) {
        const at = map!.left + (map!.width * cutPosition(order, site, cuts[row]!)) / site.channels;
        const line = Math.round(at * ratio) / ratio;
        // Kept channels are nearly as dark as the line.
        context.fillStyle = palette.paper;
        context.fillRect(line - 1.75, box.y - 1, 3.5, box.height + 2);
        context.fillStyle = palette.ink;
        context.fillRect(line - 0.75, box.y - 1, 1.5, box.height + 2);
        if (hasOwnCut(own.get(row), scene.byScore)) {
          // Serifs: this line stands where its row says, not where the plan does.
          context.fillRect(line - 4, box.y - 1.5, 8, 2);
          context.fillRect(line - 4, box.y + box.height - 0.5, 8, 2);
        }
      }
      let kept = site.channels;
      for (let i = site.offset; i < site.offset + site.channels; i++) {
        const state = states[i]!;
        if (state > 0 && state < 5) kept--;
      }
      context.fillStyle = kept < site.channels ? palette.ink : palette.quiet;
      context.textAlign = "right";
      const text = kept < site.channels ? `${kept} / ${site.channels}` : String(site.channels);
      context.fillText(text, map!.total.width - 6, box.y + box.height / 2 + 0.5);
    });
    if (selected !== null) this.mark(scene, selected, palette.ink, palette.paper);
    if (cursor) this.outline(scene, cursor.row, cursor.slot, palette.accent, palette.paper);
  }

  private label({ model, cursor, pointed, locked, own }: Scene, palette: Palette, row: number): void {
    const { context, map } = this;
    const box = map!.rows[row]!;
    const size = labelSize(box.height, this.type);
    const named = pointed?.row === row && pointed.part === "name";
    const active = cursor?.row === row || pointed?.row === row || own.has(row);
    context.font = `${active ? 600 : 400} ${size}px "IBM Plex Sans", system-ui, sans-serif`;
    context.fillStyle = named ? palette.accent : active ? palette.ink : palette.quiet;
    context.textAlign = "right";
    const room = Math.floor((map!.left - 8 - LOCK_STRIP) / (size * LETTER));
    const text = clip(model.siteNames[row]!, room);
    const middle = box.y + box.height / 2 + 0.5;
    context.fillText(text, map!.left - 8, middle);
    if (named) {
      const wide = context.measureText(text).width;
      context.fillRect(map!.left - 8 - wide, middle + size / 2, wide, 1);
    }
    if (locked[row] || cursor?.row === row || pointed?.row === row)
      this.padlock(middle, locked[row] ? palette.ink : palette.quiet, locked[row] === true);
  }

  /** Closed where the layer is locked, open where it could be. */
  private padlock(middle: number, colour: string, closed: boolean): void {
    const { context } = this;
    context.strokeStyle = colour;
    context.lineWidth = 1.25;
    context.beginPath();
    context.arc(9, middle - 1, 2.4, Math.PI, closed ? 0 : -0.9);
    context.stroke();
    context.fillStyle = colour;
    if (closed) context.fillRect(5.4, middle - 1, 7.2, 5);
    else context.strokeRect(5.9, middle - 0.5, 6.2, 4);
  }

  private mark(scene: Scene, channel: number, colour: string, halo: string): void {
    const row = scene.model.overview.sites.findIndex((s) => channel >= s.offset && channel < s.offset + s.channels);
    const site = scene.model.overview.sites[row];
    if (!site) return;
    const slot = scene.order.channels.subarray(site.offset, site.offset + site.channels).indexOf(channel);
    if (slot >= 0) this.outline(scene, row, slot, colour, halo);
  }

  private outline({ model }: Scene, row: number, slot: number, colour: string, halo: string): void {
    const { context, map } = this;
    const box = map!.rows[row];
    const site = model.overview.sites[row];
    if (!box || !site) return;
    const width = Math.max(4, map!.width / site.channels);
    const middle = map!.left + (map!.width * (slot + 0.5)) / site.channels;
    for (const [style, line] of [
      [halo, 4],
      [colour, 2],
    ] as const) {
      context.strokeStyle = style;
      context.lineWidth = line;
      context.strokeRect(middle - width / 2 - 1, box.y - 1, width + 2, box.height + 2);
    }
  }
}

/** Whether a row is cut elsewhere than the plan cuts the others. */
function hasOwnCut(own: Own | undefined, byScore: boolean): boolean {
  return (byScore ? own?.share : own?.threshold) !== undefined;
}
