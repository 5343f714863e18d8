/**
 * Paints the network: columns whose lines are channels, from silhouette to single channels by nothing but the zoom.
 * Which line shows which channel, and its shade while kept, are prepared once; a drag step only colours lines.
 */
import { clip } from "../lib/names";
import type { Order } from "../lib/order";
import type { Model } from "../worker/model";
import { type Block, type Camera, type HeroLayout, lineOf } from "./hero-layout";
import { pixel, ramp } from "./palette";

export interface HeroColours {
  paper: string;
  ink: string;
  quiet: string;
  line: string;
  accent: string;
  /** Kept channels, from surely alive to nearly dead. */
  kept: [string, string];
  /** Without a probability, and layers that nothing normalises. */
  plain: string;
  hollow: string;
  /** Output dead, input dead, both dead. */
  cases: [string, string, string];
  river: string;
}

export function heroColours(within: Element = document.documentElement): HeroColours {
  const style = getComputedStyle(within);
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    paper: of("hero-paper"),
    ink: of("ink"),
    quiet: of("quiet"),
    line: of("hero-line"),
    accent: of("accent"),
    kept: [of("kept-strong"), of("kept-pale")],
    plain: of("kept-plain"),
    hollow: of("hero-hollow"),
    cases: [of("output-dead"), of("input-dead"), of("both-dead")],
    river: of("hero-river"),
  };
}

export interface HeroScene {
  model: Model;
  order: Order;
  states: Uint8Array;
  /** Output channels that each layer keeps. */
  layerChannels: Uint32Array;
  camera: Camera;
  /** A place of a row that the pointer or the keys are on. */
  cursor: { row: number; slot: number } | null;
  /** Flat channel index. */
  selected: number | null;
  /** Layers that are tied to the selected one, or null when none is shown apart. */
  lit: ReadonlySet<number> | null;
}

const SHADES = 48;
/** A line this high gets edges of its own, and this high its name. */
const PARTED = 4;
const NAMED = 17;
const FONT = '"IBM Plex Sans", system-ui, sans-serif';

export class HeroPainter {
  layout: HeroLayout | null = null;
  private readonly canvas: HTMLCanvasElement;
  private readonly context: CanvasRenderingContext2D;
  private ratio = 1;
  private readonly cells = document.createElement("canvas");
  private image: ImageData | null = null;
  private pixels = new Uint32Array(0);
  private channelAt = new Int32Array(0);
  private keptColour = new Uint32Array(0);
  /** How many rows of pixels each column has at this zoom. */
  private rows: number[] = [];
  private prepared: { order: Order; colours: HeroColours; layout: HeroLayout } | null = null;

  constructor(canvas: HTMLCanvasElement) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d")!;
  }

  resize(layout: HeroLayout, ratio = window.devicePixelRatio || 1): void {
    this.layout = layout;
    this.ratio = ratio;
    this.canvas.width = Math.round(layout.width * ratio);
    this.canvas.height = Math.round(layout.height * ratio);
    this.canvas.style.width = `${layout.width}px`;
    this.canvas.style.height = `${layout.height}px`;
    this.prepared = null;
  }

  paint(scene: HeroScene, colours: HeroColours): void {
    const { layout } = this;
    if (!layout) return;
    const known = this.prepared;
    if (known?.order !== scene.order || known.colours !== colours || known.layout !== layout)
      this.prepare(scene, colours);
    this.colour(scene, colours);
    this.draw(scene, colours);
  }

  /** One line of pixels per block and channel, block after block from left to right. */
  private prepare({ model, order }: HeroScene, colours: HeroColours): void {
    const layout = this.layout!;
    const { sites } = model.overview;
    const most = Math.max(1, ...layout.blocks.map((it) => (it.site < 0 ? 1 : sites[it.site]!.channels)));
    this.cells.width = Math.max(1, layout.blocks.length);
    this.cells.height = most;
    this.image = new ImageData(this.cells.width, most);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.channelAt = new Int32Array(this.pixels.length).fill(-1);
    this.keptColour = new Uint32Array(this.pixels.length);
    const shades = ramp(colours.kept[0], colours.kept[1], SHADES);
    const plain = pixel(colours.plain);
    layout.blocks.forEach((block, column) => {
      const site = sites[block.site];
      if (!site) return;
      for (let slot = 0; slot < site.channels; slot++) {
        const at = lineOf(slot, site.channels) * this.cells.width + column;
        const channel = order.channels[site.offset + slot]!;
        const p = model.probabilities[channel]!;
        this.channelAt[at] = channel;
        this.keptColour[at] = Number.isNaN(p) ? plain : shades[Math.min(SHADES - 1, Math.floor(p * SHADES))]!;
      }
    });
    this.prepared = { order, colours, layout };
  }

  /** Lines thinner than a pixel of the screen are mixed here: a canvas that shrinks mixes in the neighbour column too. */
  private colour({ model, states, camera }: HeroScene, { cases, hollow }: HeroColours): void {
    const gone = [0, ...cases.map(pixel), pixel(hollow), 0];
    const { pixels, channelAt, keptColour } = this;
    const columns = this.cells.width;
    const at = (i: number) => {
      const state = states[channelAt[i]!]!;
      return state === 0 || state === 5 ? keptColour[i]! : gone[state]!;
    };
    this.layout!.blocks.forEach((block, column) => {
      const lines = model.overview.sites[block.site]?.channels ?? 0;
      const rows = Math.min(lines, Math.max(1, Math.round(block.height * camera.k * this.ratio)));
      this.rows[column] = rows;
      if (rows === lines) {
        for (let i = 0; i < lines; i++) pixels[i * columns + column] = at(i * columns + column);
        return;
      }
      for (let row = 0; row < rows; row++) {
        const from = Math.floor((row * lines) / rows);
        const to = Math.max(from + 1, Math.floor(((row + 1) * lines) / rows));
        let [r, g, b] = [0, 0, 0];
        for (let i = from; i < to; i++) {
          const one = at(i * columns + column);
          r += one & 255;
          g += (one >> 8) & 255;
          b += (one >> 16) & 255;
        }
        const n = to - from;
        const mixed = 0xff000000 | (Math.round(b / n) << 16) | (Math.round(g / n) << 8) | Math.round(r / n);
        pixels[row * columns + column] = mixed >>> 0;
      }
    });
    this.cells.getContext("2d")!.putImageData(this.image!, 0, 0);
  }

  private draw(scene: HeroScene, colours: HeroColours): void {
    const { context, canvas, ratio } = this;
    const layout = this.layout!;
    const { camera } = scene;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = colours.paper;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.rivers(scene, colours);
    this.arcs(camera, colours);
    for (const [column, block] of layout.blocks.entries()) {
      const left = block.x * camera.k + camera.x;
      if (left > layout.width || left + block.width * camera.k < 0) continue;
      context.globalAlpha = !scene.lit || block.layer < 0 || scene.lit.has(block.layer) ? 1 : 0.28;
      if (block.layer < 0) this.mark(block, camera, colours);
      else this.block(scene, colours, block, column);
    }
    context.globalAlpha = 1;
    if (scene.selected !== null) this.outline(scene, this.placeOf(scene, scene.selected), colours.ink, colours.paper);
    if (scene.cursor) this.outline(scene, scene.cursor, colours.accent, colours.paper);
  }

  private kept(scene: HeroScene, block: Block): number {
    if (block.layer < 0) return 1;
    return (scene.layerChannels[block.layer] ?? block.channels) / Math.max(1, block.channels);
  }

  /** What flows from one layer to the next, as wide as what is left. */
  private rivers(scene: HeroScene, colours: HeroColours): void {
    const { context } = this;
    const { blocks, links, middle } = this.layout!;
    const { k, x, y } = scene.camera;
    context.fillStyle = colours.river;
    for (const from of links) {
      const [a, b] = [blocks[from]!, blocks[from + 1]!];
      const half = (of: Block) => (of.layer < 0 ? 3 : (of.height * this.kept(scene, of)) / 2);
      const [one, other] = [half(a), half(b)];
      const left = (a.x + a.width) * k + x;
      const right = b.x * k + x;
      context.beginPath();
      context.moveTo(left, (middle - one) * k + y);
      context.lineTo(right, (middle - other) * k + y);
      context.lineTo(right, (middle + other) * k + y);
      context.lineTo(left, (middle + one) * k + y);
      context.closePath();
      context.fill();
    }
  }

  private arcs(camera: Camera, colours: HeroColours): void {
    const { context } = this;
    const { blocks, arcs, middle } = this.layout!;
    const { k, x, y } = camera;
    context.strokeStyle = colours.line;
    context.lineWidth = 2;
    for (const { from, to, rise } of arcs) {
      const [a, b] = [blocks[from]!, blocks[to]!];
      const left = (a.x + a.width / 2) * k + x;
      const right = (b.x + b.width / 2) * k + x;
      const top = (middle - rise) * k + y;
      const [one, other] = [(middle - a.height / 2 - 2) * k + y, (middle - b.height / 2 - 2) * k + y];
      const round = Math.min((right - left) / 2, 22 * k);
      context.beginPath();
      context.moveTo(left, one);
      context.bezierCurveTo(left, top, left, top, left + round, top);
      context.lineTo(right - round, top);
      context.bezierCurveTo(right, top, right, top, right, other);
      context.stroke();
    }
  }

  /** Where branches meet, part, or are shuffled. */
  private mark(block: Block, camera: Camera, colours: HeroColours): void {
    const { context } = this;
    const { k, x, y } = camera;
    const cx = (block.x + block.width / 2) * k + x;
    const cy = this.layout!.middle * k + y;
    const r = Math.max(3, Math.min(9, (block.width * k) / 2));
    context.lineWidth = 1.5;
    context.strokeStyle = colours.quiet;
    context.fillStyle = colours.paper;
    context.beginPath();
    context.arc(cx, cy, r, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
    if (r < 6 || block.kind !== "join") return;
    context.beginPath();
    context.moveTo(cx - r * 0.5, cy);
    context.lineTo(cx + r * 0.5, cy);
    context.moveTo(cx, cy - r * 0.5);
    context.lineTo(cx, cy + r * 0.5);
    context.stroke();
  }

  private block(scene: HeroScene, colours: HeroColours, block: Block, column: number): void {
    const { context } = this;
    const { middle, height } = this.layout!;
    const { k, x, y } = scene.camera;
    const [left, width] = [block.x * k + x, block.width * k];
    const [top, high] = [(middle - block.height / 2) * k + y, block.height * k];
    const site = scene.model.overview.sites[block.site];
    const kept = scene.layerChannels[block.layer] ?? block.channels;
    if (site) {
      context.imageSmoothingEnabled = false;
      context.drawImage(this.cells, column, 0, 1, this.rows[column]!, left, top, width, high);
      const line = high / site.channels;
      if (line >= PARTED) this.lines(scene, colours, block, { left, width, top, line });
    } else {
      context.fillStyle = colours.hollow;
      context.fillRect(left, top, width, high);
      context.fillStyle = colours.plain;
      const stays = (high * kept) / Math.max(1, block.channels);
      context.fillRect(left, top + (high - stays) / 2, width, stays);
    }
    context.strokeStyle = colours.line;
    context.lineWidth = 1;
    context.strokeRect(left - 0.5, top - 0.5, width + 1, high + 1);
    const room = width / 0.68;
    const below = Math.min(Math.max(top + high + 14, 14), height - 10);
    context.textAlign = "center";
    context.textBaseline = "middle";
    if (room >= 27) {
      context.font = `500 12px ${FONT}`;
      context.fillStyle = kept < block.channels ? colours.ink : colours.quiet;
      context.fillText(room >= 66 ? `${kept} / ${block.channels}` : String(kept), left + width / 2, below);
    }
    if (room >= 84 && top > 18) {
      const name = scene.model.layerNames[block.layer] ?? "";
      context.fillStyle = colours.quiet;
      context.fillText(clip(name, Math.floor(room / 7)), left + width / 2, Math.max(12, top - 12));
    }
  }

  /** Close by, every channel is a cell of its own, and closer still it says what it is. */
  private lines(
    scene: HeroScene,
    colours: HeroColours,
    block: Block,
    at: { left: number; width: number; top: number; line: number },
  ): void {
    const { context } = this;
    const site = scene.model.overview.sites[block.site]!;
    const first = Math.max(0, Math.floor(-at.top / at.line));
    const last = Math.min(site.channels, Math.ceil((this.layout!.height - at.top) / at.line));
    context.fillStyle = colours.paper;
    for (let i = Math.max(1, first); i < last; i++) context.fillRect(at.left, at.top + i * at.line - 0.5, at.width, 1);
    if (at.line < NAMED || at.width < 60) return;
    context.font = `500 12px ${FONT}`;
    context.textAlign = "left";
    context.textBaseline = "middle";
    for (let i = first; i < last; i++) {
      const channel = this.channelAt[i * this.cells.width + this.layout!.blocks.indexOf(block)]!;
      const p = scene.model.probabilities[channel]!;
      const state = scene.states[channel]!;
      const text = `${channel - site.offset}${Number.isNaN(p) || at.width < 110 ? "" : `   P ${p.toFixed(3)}`}`;
      const dark = state === 4 || (state === 0 && p > 0.6);
      context.fillStyle = dark ? colours.ink : colours.paper;
      context.fillText(text, at.left + 8, at.top + (i + 0.5) * at.line);
    }
  }

  private placeOf(scene: HeroScene, channel: number): { row: number; slot: number } | null {
    const { sites } = scene.model.overview;
    const row = sites.findIndex((it) => channel >= it.offset && channel < it.offset + it.channels);
    const site = sites[row];
    if (!site) return null;
    const slot = scene.order.channels.subarray(site.offset, site.offset + site.channels).indexOf(channel);
    return slot < 0 ? null : { row, slot };
  }

  private outline(scene: HeroScene, at: { row: number; slot: number } | null, colour: string, halo: string): void {
    const block = at && this.layout!.blocks.find((it) => it.site === at.row);
    const site = at && scene.model.overview.sites[at.row];
    if (!block || !site) return;
    const { context } = this;
    const { k, x, y } = scene.camera;
    const line = (block.height * k) / site.channels;
    const middle = (this.layout!.middle - block.height / 2) * k + y + (lineOf(at.slot, site.channels) + 0.5) * line;
    const high = Math.max(4, line);
    const [left, width] = [block.x * k + x, block.width * k];
    for (const [style, wide] of [
      [halo, 5],
      [colour, 2],
    ] as const) {
      context.strokeStyle = style;
      context.lineWidth = wide;
      context.strokeRect(left - 2, middle - high / 2 - 1, width + 4, high + 2);
    }
  }
}
