/** The first seconds of a first visit: the cut plays once, from nothing to where the page starts, as if somebody dragged. */
import { effect, signal } from "@preact/signals";
import { touched } from "./hero";
import * as store from "./store";

const PAUSE_MS = 700;
const PLAY_MS = 2200;

/** While it plays, nothing of it is a step to undo. */
export const playing = signal(false);

export function startIntro(hash: string): void {
  if (hash.length > 1 || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const goal = store.controls.share.peek();
  playing.value = true;
  store.controls.share.value = 0;
  let begun = false;
  const end = (at: number) => {
    stop();
    for (const name of ["pointerdown", "keydown"]) window.removeEventListener(name, skip, true);
    if (store.takesShare.peek()) store.controls.share.value = at;
    playing.value = false;
  };
  // Whoever begins to work has seen enough.
  const skip = () => end(goal);
  for (const name of ["pointerdown", "keydown"]) window.addEventListener(name, skip, true);
  const stop = effect(() => {
    if (!store.live.drag.value || begun) return;
    begun = true;
    const of = store.model.peek();
    const start = performance.now() + PAUSE_MS;
    const step = (now: number) => {
      if (!playing.peek()) return;
      const other = store.model.peek();
      // Another sample opens where all samples do, a network of one's own whole.
      if (other?.blob !== of?.blob) return end(other?.source.kind === "sample" ? goal : store.controls.share.peek());
      if (touched.peek()) return end(store.controls.share.peek());
      const part = Math.min(1, Math.max(0, (now - start) / PLAY_MS));
      const eased = part < 0.5 ? 2 * part * part : 1 - (2 - 2 * part) ** 2 / 2;
      store.controls.share.value = Number((goal * eased).toFixed(4));
      if (part < 1) requestAnimationFrame(step);
      else end(goal);
    };
    requestAnimationFrame(step);
  });
}
