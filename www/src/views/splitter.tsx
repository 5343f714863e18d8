/** The line between the map and the panel below it: dragged, walked by keys, remembered. */
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { words } from "../words";

const LEAST = 20;
const MOST = 80;
const KEY = "panel-share";
const STEPS: Record<string, number> = { ArrowUp: 2, ArrowDown: -2, PageUp: 10, PageDown: -10 };

/** The panel's share of the height, in percent; null as long as nobody chose one. */
const share = signal<number | null>(remembered());

function remembered(): number | null {
  try {
    const found = Number.parseFloat(localStorage.getItem(KEY) ?? "");
    return Number.isFinite(found) ? clamped(found) : null;
  } catch {
    // A page from a disk may have no storage.
    return null;
  }
}

function choose(next: number | null): void {
  share.value = next === null ? null : clamped(next);
  try {
    if (share.value === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, String(share.value));
  } catch {
    // Then it holds for this visit.
  }
}

function clamped(percent: number): number {
  return Math.min(MOST, Math.max(LEAST, Math.round(percent * 10) / 10));
}

/** What the line divides, beside the network's column. */
export function Work({ children }: { children: ComponentChildren }) {
  return (
    <div class="work" style={share.value === null ? {} : { "--bench": `${share.value}%` }}>
      {children}
    </div>
  );
}

export function Splitter() {
  const line = useRef<HTMLDivElement>(null);
  /** What it is now, also while the style sheet decides. */
  const now = () => {
    const work = line.current?.closest(".work")?.getBoundingClientRect();
    const panel = line.current?.nextElementSibling?.getBoundingClientRect();
    return work && panel && work.height > 0 ? (100 * panel.height) / work.height : 50;
  };
  const follow = (event: PointerEvent) => {
    if (!line.current?.hasPointerCapture(event.pointerId)) return;
    const work = line.current.closest(".work")!.getBoundingClientRect();
    choose((100 * (work.bottom - event.clientY)) / work.height);
  };
  const keys = (event: KeyboardEvent) => {
    const by = STEPS[event.key];
    if (by !== undefined) choose((share.value ?? now()) + by);
    else if (event.key === "Home") choose(LEAST);
    else if (event.key === "End") choose(MOST);
    else if (event.key === "Enter") choose(null);
    else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule in a text can not be moved
    <div
      ref={line}
      class="splitter"
      role="separator"
      aria-orientation="horizontal"
      aria-label={words.page.splitter.name}
      aria-valuenow={Math.round(share.value ?? 47)}
      aria-valuemin={LEAST}
      aria-valuemax={MOST}
      aria-valuetext={words.page.splitter.value(Math.round(share.value ?? 47))}
      aria-controls="bench-panel"
      title={words.page.splitter.help}
      tabIndex={0}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        event.preventDefault();
        event.currentTarget.focus();
      }}
      onPointerMove={follow}
      onDblClick={() => choose(null)}
      onKeyDown={keys}
    />
  );
}
