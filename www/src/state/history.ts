/** Undo and redo for everything that changes the plan. Watches the settings, so that no control has to know of it. */
import { effect, signal, untracked } from "@preact/signals";
import { History } from "../lib/history";
import { playing } from "./intro";
import { applySettings, differing, type Settings, sameSettings, settings } from "./settings";
import * as store from "./store";

/** Arrow keys held on the slider are one gesture as long as they come at least this often. */
const HELD_MS = 500;

/** What sliders set. */
const SLID: ReadonlySet<keyof Settings> = new Set(["threshold", "share", "own"]);

const history = new History<Settings>(settings.peek());

/** Where a step back, or forth, leads from the present settings; null where there is none. */
export const steps = signal<{ now: Settings; undo: Settings | null; redo: Settings | null }>({
  now: settings.peek(),
  undo: null,
  redo: null,
});

let now = settings.peek();
/** What the pointer is down on. */
let pressed: EventTarget | null = null;
let presses = 0;
let keyGesture = 0;
let lastKey = Number.NEGATIVE_INFINITY;

/** Identity of the gesture on the slider that a change belongs to; null for everything else. */
function gesture(to: Settings): string | null {
  if (!differing(now, to).every((key) => SLID.has(key))) return null;
  // The first move of a drag comes before the slider has the focus.
  if (pressed) return isSlider(pressed) ? `pointer ${presses}` : null;
  if (!isSlider(document.activeElement)) return null;
  const at = performance.now();
  if (at - lastKey > HELD_MS) keyGesture++;
  lastKey = at;
  return `keys ${keyGesture}`;
}

function isSlider(it: EventTarget | null): boolean {
  return it instanceof HTMLInputElement && it.type === "range";
}

function publish(): void {
  steps.value = { now, undo: history.previous ?? null, redo: history.next ?? null };
}

function move(way: "undo" | "redo"): void {
  const to = way === "undo" ? history.undo() : history.redo();
  if (!to) return;
  // Before the signals change: the effect below must find nothing new.
  now = to;
  applySettings(to);
  publish();
}

export const undo = () => move("undo");
export const redo = () => move("redo");

export function startHistory(): void {
  let of: unknown = null;
  effect(() => {
    const value = settings.value;
    // Steps belong to the network they were made on: locks are indices of its layers.
    const open = store.model.value?.blob ?? null;
    untracked(() => {
      if (open !== of || playing.peek()) {
        of = open;
        now = value;
        history.restart(value);
      } else if (!sameSettings(now, value)) {
        history.record(value, gesture(value));
        now = value;
      } else return;
      publish();
    });
  });
  listen();
}

function listen(): void {
  const lift = () => {
    pressed = null;
  };
  window.addEventListener(
    "pointerdown",
    (event) => {
      pressed = event.target;
      presses++;
    },
    true,
  );
  window.addEventListener("pointerup", lift, true);
  window.addEventListener("pointercancel", lift, true);
  window.addEventListener("keydown", (event) => {
    const way = wayOf(event);
    if (!way || isTyping(event.target)) return;
    event.preventDefault();
    move(way);
  });
}

function wayOf(event: KeyboardEvent): "undo" | "redo" | null {
  if (event.altKey || !(event.ctrlKey || event.metaKey)) return null;
  const key = event.key.toLowerCase();
  if (key === "z") return event.shiftKey ? "redo" : "undo";
  return key === "y" && event.ctrlKey && !event.shiftKey ? "redo" : null;
}

/** There the keys belong to the text. */
function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) {
    const number = target.getAttribute("role") === "spinbutton";
    return target.dataset.typing === "yes" || (target.type === "text" && !number);
  }
  return target instanceof HTMLTextAreaElement || (target instanceof HTMLElement && target.isContentEditable);
}
