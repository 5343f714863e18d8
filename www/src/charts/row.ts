/**
 * Painter of the map's close view: one layer, a cell per channel in sorted order, the probability as a
 * rising line over the cells, the cut as a bar between two of them.
 */
import { cutPosition } from "../lib/order";
import type { Scene } from "./map";
import { Painter } from "./painter";
import { letterSize, type Palette } from "./palette";
import { cellAt, NUMBERED, type RowLayout, rowLayout } from "./row-layout";

export interface RowScene extends Omit<Scene, "cursor" | "locked" | "pointed" | "own"> {
  row: number;
  slot: number | null;
  /** What stands over the cut: "τ = 0.99". */
  cutLabel: string;
}

const FONT = '"IBM Plex Sans", system-ui, sans-serif';

export class RowPainter extends Painter<RowScene, Palette> {
  layout: RowLayout | null = null;
  private type = 1;

  protected override size() {
    return this.layout?.total ?? { width: 0, height: 0 };
  }

  resize(channels: number, width: number, height: number, ratio = window.devicePixelRatio || 1): void {
    this.layout = rowLayout(channels, width, height);
    this.type = Math.min(1.4, letterSize());
    this.fit(ratio);
  }

  override paint(scene: RowScene, palette: Palette): void {
    const site = scene.model.overview.sites[scene.row];
    if (!this.layout || !site) return;
    const { context, canvas, ratio } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = palette.paper;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    for (let slot = 0; slot < site.channels; slot++) this.cell(scene, palette, slot);
    if (site.pinned) this.rise(scene, palette);
    this.cutLine(scene, palette);
    if (scene.selected !== null) {
      const slot = scene.order.channels.subarray(site.offset, site.offset + site.channels).indexOf(scene.selected);
      if (slot >= 0) this.outline(slot, palette.ink, palette.paper);
    }
    if (scene.slot !== null) this.outline(scene.slot, palette.accent, palette.paper);
  }

  private cell(scene: RowScene, palette: Palette, slot: number): void {
    const { context, layout } = this;
    const { width, height } = layout!.cell;
    const site = scene.model.overview.sites[scene.row]!;
    const flat = scene.order.channels[site.offset + slot]!;
    const state = scene.states[flat]!;
    const p = scene.model.probabilities[flat]!;
    const { x, y } = cellAt(layout!, slot);
    context.fillStyle = state > 0 ? palette.states[state]! : Number.isNaN(p) ? palette.linear[1] : palette.alive[0];
    context.fillRect(x, y, width - 1, height);
    if (width < NUMBERED) return;
    context.font = `400 ${10 * this.type}px ${FONT}`;
    context.textAlign = "center";
    context.textBaseline = "top";
    context.fillStyle = palette.quiet;
    context.fillText(String(flat - site.offset), x + width / 2, y + height + 2.5);
  }

  /** P from 0 at the foot of a cell to 1 at its head; sorted, so it only rises. */
  private rise(scene: RowScene, palette: Palette): void {
    const { context, layout } = this;
    const site = scene.model.overview.sites[scene.row]!;
    const { width, height } = layout!.cell;
    for (const [style, line] of [
      [palette.paper, 4],
      [palette.ink, 1.75],
    ] as const) {
      context.strokeStyle = style;
      context.lineWidth = line;
      context.beginPath();
      for (let slot = 0; slot < site.channels; slot++) {
        const { x, y } = cellAt(layout!, slot);
        const p = scene.model.probabilities[scene.order.channels[site.offset + slot]!]!;
        const at = y + height - 1.5 - p * (height - 3);
        if (slot % layout!.perLine === 0) context.moveTo(x, at);
        else context.lineTo(x, at);
        context.lineTo(x + width - 1, at);
      }
      context.stroke();
    }
  }

  private cutLine(scene: RowScene, palette: Palette): void {
    const { context, layout } = this;
    const site = scene.model.overview.sites[scene.row]!;
    if (!scene.cuts || !(site.pinned || scene.byScore)) return;
    const position = cutPosition(scene.order, site, scene.cuts[scene.row]!);
    // Behind the last cell of a line rather than before the first of the next.
    const last = position > 0 && position % layout!.perLine === 0;
    const { x, y } = cellAt(layout!, last ? position - 1 : position);
    const at = (last ? x + layout!.cell.width : x) - 0.5;
    context.fillStyle = palette.ink;
    context.fillRect(at - 1, y - 5, 2, layout!.cell.height + 8);
    context.font = `600 ${11 * this.type}px ${FONT}`;
    context.textBaseline = "bottom";
    const room = layout!.total.width - at;
    const wide = context.measureText(scene.cutLabel).width;
    context.textAlign = room < wide + 8 ? "right" : "left";
    // Numbers of the line above stand there as well.
    context.fillStyle = palette.paper;
    const start = context.textAlign === "left" ? at - 1 : at - wide - 4;
    context.fillRect(start, y - 17, wide + 6, 14);
    context.fillStyle = palette.ink;
    context.fillText(scene.cutLabel, context.textAlign === "left" ? at + 2 : at - 2, y - 4);
    context.fillRect(at - 1, y - 5, 2, 6);
  }

  private outline(slot: number, colour: string, halo: string): void {
    const { context, layout } = this;
    const { x, y } = cellAt(layout!, slot);
    for (const [style, line] of [
      [halo, 4],
      [colour, 2],
    ] as const) {
      context.strokeStyle = style;
      context.lineWidth = line;
      context.strokeRect(x - 1.5, y - 1.5, layout!.cell.width + 2, layout!.cell.height + 3);
    }
  }
}
