/** What paints on a canvas, and by the same strokes on paper. */
import type { Drawing } from "./picture";
import { type Surface, SvgRecorder } from "./svg";

export abstract class Painter<Scene, Colours> {
  protected readonly canvas: HTMLCanvasElement;
  protected context: Surface;
  protected ratio = 1;

  constructor(canvas: HTMLCanvasElement) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d")!;
  }

  abstract paint(scene: Scene, palette: Colours): void;

  /** Size of the picture as it was last fitted, in CSS pixels. */
  protected abstract size(): { width: number; height: number };

  /** The canvas as large as that, sharp on this screen. */
  protected fit(ratio: number): void {
    const { width, height } = this.size();
    this.ratio = ratio;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
  }

  /** The picture as it was last fitted, as a drawing. */
  drawing(scene: Scene, palette: Colours): Drawing {
    const { width, height } = this.size();
    const screen = this.context;
    const recorder = new SvgRecorder(width, height);
    this.context = recorder;
    try {
      this.paint(scene, palette);
    } finally {
      this.context = screen;
    }
    return recorder.drawing();
  }
}
