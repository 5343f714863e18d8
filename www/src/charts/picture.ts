/**
 * A picture to take along: drawings with their captions, a title over them and a legend under them, as one SVG
 * that needs nothing from the page. Pure; text is measured by a rule of thumb, since other programs may set it
 * in another font anyway.
 */

export interface Drawing {
  width: number;
  height: number;
  /** What is drawn, from (0, 0) on. */
  markup: string;
  /** Lines over and under it. */
  caption?: readonly string[];
  below?: readonly string[];
}

/** A patch of colour, or a line as it is drawn. */
export type LegendItem = { name: string } & ({ fill: string; border?: string } | { stroke: string; dash?: string });

export interface Look {
  paper: string;
  ink: string;
  quiet: string;
}

export interface Picture {
  title: string;
  notes: readonly string[];
  /** Rows of drawings, side by side in each. */
  rows: readonly (readonly Drawing[])[];
  /** What stands between drawings of a row: "→". */
  between?: string;
  legend: readonly LegendItem[];
  look: Look;
}

const FAMILY = "'IBM Plex Sans', 'Helvetica Neue', Arial, sans-serif";
const MARGIN = 20;
const GAP = 28;
const TITLE = { size: 16, line: 22 };
const NOTE = { size: 12, line: 17 };
const SMALL = { size: 11, line: 15 };
/** Width of a letter as a share of its size, a little more than the average. */
const LETTER = 0.56;
const NARROWEST = 360;

export const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** Words in lines of at most `width` pixels. */
export function wrapped(text: string, width: number, size: number): string[] {
  const most = Math.max(8, Math.floor(width / (LETTER * size)));
  const lines: string[] = [];
  for (const word of text
    .replace(/[ \n\t]+/g, " ")
    .trim()
    .split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

interface Style {
  size: number;
  line: number;
}

export function textAt(x: number, y: number, text: string, style: { size: number }, fill: string, more = ""): string {
  return `<text x="${round(x)}" y="${round(y)}" font-family="${FAMILY}" font-size="${style.size}" fill="${fill}"${more}>${escaped(text)}</text>`;
}

const round = (n: number) => Number(n.toFixed(2));

/** A drawing alone, where the page around it says the rest. */
export function bare({ width, height, markup }: Drawing): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${markup}</svg>`;
}

export function compose({ title, notes, rows, between = "", legend, look }: Picture): string {
  const widths = rows.map((row) => row.reduce((sum, it) => sum + it.width, GAP * (row.length - 1)));
  const inner = Math.max(NARROWEST, ...widths);
  const parts: string[] = [];
  let y = MARGIN;
  const write = (text: string, style: Style, fill: string, more = "") => {
    for (const line of wrapped(text, inner, style.size)) {
      y += style.line;
      parts.push(textAt(MARGIN, y - style.line * 0.3, line, style, fill, more));
    }
  };
  write(title, TITLE, look.ink, ' font-weight="600"');
  for (const note of notes) write(note, NOTE, look.quiet);
  for (const row of rows) {
    y += 14;
    y += drawRow(row, y, between, look, parts);
  }
  if (legend.length > 0) {
    y += 10;
    y += drawLegend(legend, y, inner, look, parts);
  }
  const [width, height] = [round(inner + 2 * MARGIN), round(y + MARGIN)];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img"><title>${escaped(title)}</title><rect width="${width}" height="${height}" fill="${look.paper}"/>${parts.join("")}</svg>`;
}

/** Captions of a row share their height, so that the drawings stand on one line. */
function drawRow(row: readonly Drawing[], top: number, between: string, look: Look, parts: string[]): number {
  const lines = (of: readonly string[] | undefined, width: number) =>
    (of ?? []).flatMap((it) => wrapped(it, width, SMALL.size));
  const captions = row.map((it) => lines(it.caption, it.width));
  const belows = row.map((it) => lines(it.below, it.width));
  const most = (of: string[][]) => SMALL.line * Math.max(0, ...of.map((it) => it.length));
  const [head, middle, foot] = [most(captions), Math.max(0, ...row.map((it) => it.height)), most(belows)];
  let x = MARGIN;
  row.forEach((it, i) => {
    captions[i]!.forEach((line, n) => {
      const bold = n === 0 ? ' font-weight="600"' : "";
      parts.push(textAt(x, top + SMALL.line * (n + 0.75), line, SMALL, n === 0 ? look.ink : look.quiet, bold));
    });
    parts.push(`<g transform="translate(${round(x)} ${round(top + head)})">${it.markup}</g>`);
    belows[i]!.forEach((line, n) => {
      parts.push(textAt(x, top + head + middle + SMALL.line * (n + 0.95), line, SMALL, look.ink));
    });
    x += it.width;
    if (between && i < row.length - 1) {
      parts.push(textAt(x + GAP / 2, top + head + middle / 2 + 5, between, TITLE, look.quiet, ' text-anchor="middle"'));
    }
    x += GAP;
  });
  return head + middle + foot + (foot > 0 ? 4 : 0);
}

function drawLegend(legend: readonly LegendItem[], top: number, width: number, look: Look, parts: string[]): number {
  let x = MARGIN;
  let y = top;
  for (const it of legend) {
    const key = "fill" in it ? 12 : 26;
    const room = key + 6 + it.name.length * LETTER * SMALL.size + 16;
    if (x > MARGIN && x + room > MARGIN + width) {
      x = MARGIN;
      y += 18;
    }
    parts.push(
      "fill" in it
        ? `<rect x="${round(x)}" y="${y + 2}" width="12" height="12" fill="${it.fill}"${it.border ? ` stroke="${it.border}"` : ""}/>`
        : `<path d="M${round(x)} ${y + 8}h26" stroke="${it.stroke}" stroke-width="2"${it.dash ? ` stroke-dasharray="${it.dash}"` : ""} fill="none"/>`,
    );
    parts.push(textAt(x + key + 6, y + 12, it.name, SMALL, look.ink));
    x += room;
  }
  return y + 18 - top;
}
