/** Moving and zooming a drawing: pointers, wheel, fit. */
import type { Signal } from "@preact/signals";
import type { Placed } from "../charts/graph-layout";

export interface Glance {
  x: number;
  y: number;
  zoom: number;
}

const ZOOM = { least: 0.08, most: 4 };
/** Smaller than this, labels can not be read: better to start at the top than to show all. */
const READABLE = 0.72;

/** All of it when `all` is asked for or when that can be read; else the beginning, full height. */
export function whole(box: Element, placed: Placed, all = false): Glance {
  const { width, height } = box.getBoundingClientRect();
  const most = Math.min(width / placed.width, height / placed.height);
  const zoom = clampZoom(all || most >= READABLE ? Math.min(most, 1.4) : Math.min(height / placed.height, 1.1));
  const x = most >= zoom ? (width - placed.width * zoom) / 2 : 0;
  return { x, y: (height - placed.height * zoom) / 2, zoom };
}

function clampZoom(zoom: number): number {
  return Math.min(ZOOM.most, Math.max(ZOOM.least, zoom));
}

/** Zoomed by a factor with the point (x, y) staying where it is. */
export function zoomed(from: Glance, by: number, x: number, y: number): Glance {
  const zoom = clampZoom(from.zoom * by);
  const factor = zoom / from.zoom;
  return { x: x - (x - from.x) * factor, y: y - (y - from.y) * factor, zoom };
}

/** Lets a drawing be dragged, pinched and wheeled; returns how to stop. */
export function follow(box: SVGSVGElement, glance: Signal<Glance>): () => void {
  const fingers = new Map<number, { x: number; y: number }>();
  const place = (event: { clientX: number; clientY: number }) => {
    const { left, top } = box.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const down = (event: PointerEvent) => {
    fingers.set(event.pointerId, place(event));
  };
  const move = (event: PointerEvent) => {
    const from = fingers.get(event.pointerId);
    if (!from) return;
    const to = place(event);
    // A click that trembles is still a click; capturing would take it from the node.
    if (!box.hasPointerCapture(event.pointerId)) {
      if (Math.hypot(to.x - from.x, to.y - from.y) < 4) return;
      box.setPointerCapture(event.pointerId);
    }
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    fingers.set(event.pointerId, to);
    const now = glance.value;
    if (other) {
      const before = Math.hypot(from.x - other.x, from.y - other.y);
      const after = Math.hypot(to.x - other.x, to.y - other.y);
      glance.value = zoomed(now, after / Math.max(1, before), (to.x + other.x) / 2, (to.y + other.y) / 2);
    } else {
      glance.value = { ...now, x: now.x + to.x - from.x, y: now.y + to.y - from.y };
    }
  };
  const up = (event: PointerEvent) => {
    fingers.delete(event.pointerId);
  };
  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    const now = glance.value;
    const { x, y } = place(event);
    // Pinching on a touchpad arrives as a wheel with Ctrl.
    if (event.ctrlKey || event.metaKey) glance.value = zoomed(now, Math.exp(-event.deltaY * 0.004), x, y);
    else if (event.shiftKey) glance.value = { ...now, y: now.y - event.deltaY };
    // The network runs from left to right: so does a wheel that only turns up and down.
    else if (event.deltaX === 0) glance.value = { ...now, x: now.x - event.deltaY };
    else glance.value = { ...now, x: now.x - event.deltaX, y: now.y - event.deltaY };
  };
  box.addEventListener("pointerdown", down);
  box.addEventListener("pointermove", move);
  box.addEventListener("pointerup", up);
  box.addEventListener("pointercancel", up);
  box.addEventListener("wheel", wheel, { passive: false });
  return () => {
    box.removeEventListener("pointerdown", down);
    box.removeEventListener("pointermove", move);
    box.removeEventListener("pointerup", up);
    box.removeEventListener("pointercancel", up);
    box.removeEventListener("wheel", wheel);
  };
}
