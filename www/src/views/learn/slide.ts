/** What a bell needs to be a slider: dragged along one direction, moved by arrow keys, spoken as a number. */
import type { SVGAttributes } from "preact";
import { fixed } from "../../lib/format";

const STEP = 0.1;
const FAR = 0.5;

export interface Slide {
  name: string;
  /** What the place means, spoken. */
  text: string;
  value: number;
  low: number;
  high: number;
  /** How much of the range one CSS pixel is, in the direction of the pointer: [across, down]. */
  scale: (box: DOMRect) => [number, number];
  onMove: (value: number) => void;
}

/** One digit, with a minus that is as wide as a plus. */
export const signed = (it: number): string => fixed(it, 1).replace("-", "−");

const within = (it: number, low: number, high: number) => Math.min(high, Math.max(low, it));

/** Properties of the element that is dragged. */
export function slide({ name, text, value, low, high, scale, onMove }: Slide): SVGAttributes<SVGGElement> {
  const move = (to: number) => onMove(Number(within(to, low, high).toFixed(3)));
  const keys: Record<string, number> = {
    ArrowLeft: -STEP,
    ArrowDown: -STEP,
    ArrowRight: STEP,
    ArrowUp: STEP,
    PageDown: -FAR,
    PageUp: FAR,
  };
  return {
    role: "slider",
    tabindex: 0,
    "aria-label": name,
    "aria-valuemin": low,
    "aria-valuemax": high,
    "aria-valuenow": Number(value.toFixed(2)),
    "aria-valuetext": text,
    onKeyDown: (event) => {
      const by = keys[event.key];
      if (event.key === "Home") move(low);
      else if (event.key === "End") move(high);
      else if (by) move(value + by);
      else return;
      event.preventDefault();
    },
    onPointerDown: (event) => {
      const target = event.currentTarget;
      const box = target.ownerSVGElement!.getBoundingClientRect();
      const [across, down] = scale(box);
      const [x, y, from] = [event.clientX, event.clientY, value];
      const drag = (at: PointerEvent) => move(from + (at.clientX - x) * across + (at.clientY - y) * down);
      const end = () => {
        target.removeEventListener("pointermove", drag);
        target.removeEventListener("pointerup", end);
        target.removeEventListener("pointercancel", end);
      };
      target.setPointerCapture(event.pointerId);
      target.addEventListener("pointermove", drag);
      target.addEventListener("pointerup", end);
      target.addEventListener("pointercancel", end);
      target.focus();
      event.preventDefault();
    },
  };
}
