/** One layer's channels, large: sorted cells that run on over several lines. Pure geometry in CSS pixels. */

export interface RowLayout {
  perLine: number;
  lines: number;
  cell: { width: number; height: number };
  /** From the top of one line's cells to that of the next. */
  pitch: number;
  left: number;
  top: number;
  total: { width: number; height: number };
}

const NARROWEST = 14;
const WIDEST = 44;
const LOWEST = 22;
const HIGHEST = 76;
/** Cells carry their channel's number from this width on. */
export const NUMBERED = 22;
/** Room above the first line for what stands over the cut, and under each line, with channel numbers and without. */
const TOP = 18;
const FOOT = 16;
const BARE_FOOT = 9;
const MARGIN = 6;

export function rowLayout(channels: number, width: number, height: number): RowLayout {
  const room = Math.max(NARROWEST, width - 2 * MARGIN);
  const lines = Math.max(1, Math.ceil((channels * NARROWEST) / room));
  const perLine = Math.max(1, Math.ceil(channels / lines));
  const cellWidth = Math.min(WIDEST, room / perLine);
  const foot = cellWidth < NUMBERED ? BARE_FOOT : FOOT;
  const free = (height - TOP) / lines - foot;
  const cellHeight = Math.round(Math.min(HIGHEST, Math.max(LOWEST, free)));
  const pitch = cellHeight + foot;
  return {
    perLine,
    lines,
    cell: { width: cellWidth, height: cellHeight },
    pitch,
    left: MARGIN,
    top: TOP,
    total: { width, height: TOP + lines * pitch + 2 },
  };
}

/** Upper left corner of a slot's cell. */
export function cellAt(layout: RowLayout, slot: number): { x: number; y: number } {
  const line = Math.floor(slot / layout.perLine);
  return {
    x: layout.left + (slot - line * layout.perLine) * layout.cell.width,
    y: layout.top + line * layout.pitch,
  };
}

/** The slot under a point; null beside the cells. */
export function slotAt(layout: RowLayout, channels: number, x: number, y: number): number | null {
  const line = Math.floor((y - layout.top) / layout.pitch);
  const within = y - layout.top - line * layout.pitch;
  const column = Math.floor((x - layout.left) / layout.cell.width);
  if (line < 0 || line >= layout.lines || within > layout.cell.height) return null;
  if (column < 0 || column >= layout.perLine) return null;
  const slot = line * layout.perLine + column;
  return slot < channels ? slot : null;
}
