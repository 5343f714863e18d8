/** Named rows of bars, for paper: what the page draws with styled boxes. Pure. */
import { type Drawing, escaped, textAt } from "./picture";

export interface BarRow {
  name: string;
  /** Lanes over one another; in each, parts from left to right as shares of the whole. */
  lanes: readonly (readonly { share: number; fill: string }[])[];
  text: string;
}

interface Colours {
  ink: string;
  quiet: string;
  /** What is left of a bar. */
  rest: string;
}

const NAME = 190;
const BAR = 280;
const TEXT = 170;
const LINE = 20;
const GAP = 10;

export function bars(rows: readonly BarRow[], colours: Colours): Drawing {
  const parts = rows.map((row, i) => {
    const top = i * LINE;
    const height = 10 / row.lanes.length;
    const lanes = row.lanes.map((lane, n) => {
      const y = (top + 5 + n * height).toFixed(1);
      let x = NAME + GAP;
      const drawn = lane.map(({ share, fill }) => {
        const width = BAR * Math.min(1, Math.max(0, share));
        const part = `<rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${(height - 0.5).toFixed(1)}" fill="${fill}"/>`;
        x += width;
        return width > 0 ? part : "";
      });
      return `<rect x="${NAME + GAP}" y="${y}" width="${BAR}" height="${(height - 0.5).toFixed(1)}" fill="${colours.rest}"/>${drawn.join("")}`;
    });
    return `<g><title>${escaped(`${row.name}: ${row.text}`)}</title>${textAt(NAME, top + 14, row.name, { size: 11 }, colours.ink, ' text-anchor="end"')}${lanes.join("")}${textAt(NAME + BAR + 2 * GAP, top + 14, row.text, { size: 11 }, colours.quiet)}</g>`;
  });
  return { width: NAME + BAR + TEXT + 2 * GAP, height: rows.length * LINE, markup: parts.join("") };
}
