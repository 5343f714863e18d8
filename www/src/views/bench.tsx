import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { screen } from "../state/store";
import type { View } from "../state/url";
import { words } from "../words";
import { CasesView } from "./cases";
import { ChannelView } from "./channel";
import { CompareView } from "./compare";
import { GraphView } from "./graph";
import { LabView } from "./lab/lab";

interface Panel {
  id: View;
  title: string;
  body: () => ComponentChildren;
}

/** What is looked at below the map; each panel is a file of its own. */
const PANELS: Panel[] = [
  { id: "channel", title: words.page.panels.channel, body: () => <ChannelView /> },
  { id: "cases", title: words.page.panels.cases, body: () => <CasesView /> },
  { id: "graph", title: words.page.panels.graph, body: () => <GraphView /> },
  { id: "compare", title: words.page.panels.compare, body: () => <CompareView /> },
  { id: "lab", title: words.page.panels.lab, body: () => <LabView /> },
];

/** Whether the panel has the map's place too. */
const enlarged = signal(false);

export function Bench() {
  useEffect(() => {
    const leave = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented || !enlarged.peek()) return;
      event.preventDefault();
      enlarged.value = false;
    };
    window.addEventListener("keydown", leave);
    return () => window.removeEventListener("keydown", leave);
  }, []);
  const shown = PANELS.find((it) => it.id === screen.view.value) ?? PANELS[0]!;
  return (
    <div class={enlarged.value ? "bench enlarged" : "bench"} data-view={shown.id}>
      <div class="bench-head">
        <Tabs shown={shown} />
        <button
          type="button"
          class="quiet enlarge"
          aria-pressed={enlarged.value}
          onClick={() => {
            enlarged.value = !enlarged.value;
          }}
        >
          {enlarged.value ? words.page.showMap : words.page.enlarge}
        </button>
      </div>
      <div class="bench-body" role="tabpanel" id="bench-panel" aria-label={shown.title}>
        {shown.body()}
      </div>
    </div>
  );
}

function Tabs({ shown }: { shown: Panel }) {
  const step = (event: KeyboardEvent) => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!move) return;
    event.preventDefault();
    const next = PANELS[(PANELS.indexOf(shown) + move + PANELS.length) % PANELS.length]!;
    screen.view.value = next.id;
    document.getElementById(`tab-${next.id}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={words.page.panels.name} onKeyDown={step}>
      {PANELS.map((it) => (
        <button
          key={it.id}
          id={`tab-${it.id}`}
          type="button"
          role="tab"
          aria-selected={it === shown}
          aria-controls="bench-panel"
          tabIndex={it === shown ? 0 : -1}
          onClick={() => {
            screen.view.value = it.id;
          }}
        >
          {it.title}
        </button>
      ))}
    </div>
  );
}
