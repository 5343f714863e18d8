/**
 * The same painters, written down as SVG: a recorder with the few calls of a canvas context they use.
 * A drawn image becomes rectangles, one per run of equal pixels, so that the picture stays sharp at any size.
 */
import { type Drawing, escaped } from "./picture";

export type Surface = Pick<
  CanvasRenderingContext2D,
  | "setTransform"
  | "fillRect"
  | "strokeRect"
  | "fillText"
  | "measureText"
  | "beginPath"
  | "moveTo"
  | "lineTo"
  | "arc"
  | "stroke"
  | "fillStyle"
  | "strokeStyle"
  | "lineWidth"
  | "font"
  | "textAlign"
  | "textBaseline"
  | "imageSmoothingEnabled"
> & { drawImage(image: HTMLCanvasElement, ...at: Places): void };

/** From where in an image to where on the surface, as a canvas context takes it. */
type Places = [sx: number, sy: number, sw: number, sh: number, dx: number, dy: number, dw: number, dh: number];

const round = (n: number) => Number(n.toFixed(2));

export class SvgRecorder implements Surface {
  fillStyle = "#000";
  strokeStyle = "#000";
  lineWidth = 1;
  font = "10px sans-serif";
  textAlign: CanvasTextAlign = "left";
  textBaseline: CanvasTextBaseline = "alphabetic";
  imageSmoothingEnabled = false;
  private readonly parts: string[] = [];
  private path = "";
  private readonly width: number;
  private readonly height: number;
  private readonly ruler = document.createElement("canvas").getContext("2d")!;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
  }

  drawing(): Drawing {
    return { width: round(this.width), height: round(this.height), markup: this.parts.join("") };
  }

  /** Painters clear in device pixels and then draw in CSS pixels; here both are the same. */
  setTransform(): void {}

  fillRect(x: number, y: number, w: number, h: number): void {
    this.parts.push(
      `<rect x="${round(x)}" y="${round(y)}" width="${round(Math.min(w, this.width))}" height="${round(Math.min(h, this.height))}" fill="${this.fillStyle}"/>`,
    );
  }

  strokeRect(x: number, y: number, w: number, h: number): void {
    this.parts.push(
      `<rect x="${round(x)}" y="${round(y)}" width="${round(w)}" height="${round(h)}" fill="none" stroke="${this.strokeStyle}" stroke-width="${this.lineWidth}"/>`,
    );
  }

  fillText(text: string, x: number, y: number): void {
    const [, weight = "400", size = "11", family = "sans-serif"] = /^(?:(\d+) )?([\d.]+)px (.*)$/.exec(this.font) ?? [];
    const anchor = { right: "end", end: "end", center: "middle" }[this.textAlign as string] ?? "start";
    const down = { middle: 0.35, top: 0.95, bottom: -0.2 }[this.textBaseline as string] ?? 0;
    this.parts.push(
      `<text x="${round(x)}" y="${round(y + down * Number(size))}" font-family="${escaped(family)}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}" fill="${this.fillStyle}">${escaped(text)}</text>`,
    );
  }

  measureText(text: string): TextMetrics {
    this.ruler.font = this.font;
    return this.ruler.measureText(text);
  }

  beginPath(): void {
    this.path = "";
  }

  moveTo(x: number, y: number): void {
    this.path += `M${round(x)} ${round(y)}`;
  }

  lineTo(x: number, y: number): void {
    this.path += `L${round(x)} ${round(y)}`;
  }

  /** Less than a full circle, clockwise. */
  arc(x: number, y: number, r: number, from: number, to: number): void {
    const at = (angle: number) => `${round(x + r * Math.cos(angle))} ${round(y + r * Math.sin(angle))}`;
    const turn = (to - from + 4 * Math.PI) % (2 * Math.PI);
    this.path += `M${at(from)}A${r} ${r} 0 ${turn > Math.PI ? 1 : 0} 1 ${at(to)}`;
  }

  stroke(): void {
    this.parts.push(
      `<path d="${this.path}" fill="none" stroke="${this.strokeStyle}" stroke-width="${this.lineWidth}"/>`,
    );
  }

  drawImage(image: HTMLCanvasElement, ...[sx, sy, sw, sh, dx, dy, dw, dh]: Places): void {
    const { data } = image.getContext("2d")!.getImageData(sx, sy, sw, sh);
    const pixels = new Uint32Array(data.buffer);
    const step = dw / sw;
    for (let from = 0; from < sw; ) {
      let to = from + 1;
      while (to < sw && pixels[to] === pixels[from]) to++;
      const rgb = [0, 1, 2].map((i) => data[4 * from + i]!.toString(16).padStart(2, "0")).join("");
      this.parts.push(
        `<rect x="${round(dx + from * step)}" y="${round(dy)}" width="${round((to - from) * step)}" height="${round(dh)}" fill="#${rgb}"/>`,
      );
      from = to;
    }
  }
}
