/**
 * Closer and farther: two fingers on a touch screen, or on a track pad (which browsers report as a wheel
 * with Ctrl, so that Ctrl and the wheel do the same). The plain wheel stays for scrolling.
 */

/** How far two fingers have to part before it counts. */
const SPREAD = 1.25;

export function watchPinch(on: HTMLElement, zoom: (x: number, y: number, closer: boolean) => void): () => void {
  const fingers = new Map<number, PointerEvent>();
  let started = 0;

  const spread = () => {
    const [a, b] = [...fingers.values()];
    return a && b ? Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) : 0;
  };
  const down = (event: PointerEvent) => {
    if (event.pointerType !== "touch") return;
    fingers.set(event.pointerId, event);
    started = spread();
  };
  const move = (event: PointerEvent) => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, event);
    const [a, b] = [...fingers.values()];
    const now = spread();
    if (!a || !b || started === 0) return;
    if (now < started * SPREAD && now > started / SPREAD) return;
    zoom((a.clientX + b.clientX) / 2, (a.clientY + b.clientY) / 2, now > started);
    started = 0;
  };
  const up = (event: PointerEvent) => {
    fingers.delete(event.pointerId);
    started = 0;
  };
  const wheel = (event: WheelEvent) => {
    if (!event.ctrlKey || event.deltaY === 0) return;
    event.preventDefault();
    zoom(event.clientX, event.clientY, event.deltaY < 0);
  };
  const abort = new AbortController();
  const { signal } = abort;
  on.addEventListener("pointerdown", down, { signal });
  on.addEventListener("pointermove", move, { signal });
  for (const end of ["pointerup", "pointercancel", "pointerleave"] as const) on.addEventListener(end, up, { signal });
  // Not passive, or the browser would zoom the page as well.
  on.addEventListener("wheel", wheel, { signal, passive: false });
  return () => abort.abort();
}
