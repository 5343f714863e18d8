/** What is known of one channel or layer, and how the order is chosen: opened by a selection, closed by Escape. */
import { useEffect, useRef } from "preact/hooks";
import { type DrawerPart, drawer } from "../../state/hero";
import { layerOf, toggleLock } from "../../state/locks";
import { controls, live, model, screen } from "../../state/store";
import { words } from "../../words";
import { CasesView } from "../cases";
import { ChannelView } from "../channel";
import { Limits } from "../dial";
import { RowCut, RowFloors } from "../row-limits";
import { MethodCards } from "./method";

const PARTS = ["channel", "layer", "method", "data"] as const satisfies readonly DrawerPart[];

export function Drawer() {
  const part = drawer.value;
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    if (part === "") return;
    const close = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) drawer.value = "";
    };
    window.addEventListener("keydown", close);
    return () => window.removeEventListener("keydown", close);
  }, [part]);
  if (part === "") return null;
  return (
    <aside
      class={screen.view.value === "cases" && part === "channel" ? "drawer broad" : "drawer"}
      aria-label={words.shrink.drawer.name}
      ref={box}
    >
      <div class="drawer-head">
        <div class="drawer-tabs" role="tablist" aria-label={words.shrink.drawer.name}>
          {PARTS.map((it) => (
            <button
              key={it}
              type="button"
              role="tab"
              aria-selected={it === part}
              onClick={() => {
                drawer.value = it;
              }}
            >
              {words.shrink.drawer.parts[it]}
            </button>
          ))}
        </div>
        <button
          type="button"
          class="quiet"
          aria-label={words.shrink.drawer.close}
          onClick={() => {
            drawer.value = "";
          }}
        >
          ×
        </button>
      </div>
      <div class="drawer-body" role="tabpanel" aria-label={words.shrink.drawer.parts[part]}>
        {part === "channel" ? <ChannelPart /> : null}
        {part === "layer" ? <LayerPart /> : null}
        {part === "method" ? <MethodCards /> : null}
        {part === "data" ? <Limits open /> : null}
        <p class="more">
          <button
            type="button"
            class="link"
            onClick={() => {
              screen.mode.value = "research";
            }}
          >
            {words.shrink.drawer.more}
          </button>
        </p>
      </div>
    </aside>
  );
}

function ChannelPart() {
  if (!screen.selected.value) return <p class="hint">{words.shrink.drawer.pick}</p>;
  if (screen.view.value !== "cases") return <ChannelView />;
  return (
    <>
      <button
        type="button"
        class="link"
        onClick={() => {
          screen.view.value = "channel";
        }}
      >
        {words.shrink.drawer.back}
      </button>
      <CasesView />
    </>
  );
}

function LayerPart() {
  const open = model.value;
  const row = screen.selected.value?.[0];
  const site = row === undefined ? undefined : open?.overview.sites[row];
  if (!open || row === undefined || !site) return <p class="hint">{words.shrink.drawer.pick}</p>;
  const at = layerOf(site);
  const layer = open.overview.layers[at];
  const kept = live.drag.value?.layerChannels[at] ?? site.channels;
  return (
    <div class="layer-part">
      <h3>{words.shrink.drawer.layerOf(open.siteNames[row]!)}</h3>
      {layer ? (
        <>
          <p>{words.shrink.drawer.facts(words.plan.kinds[layer.kind] ?? layer.kind, kept, layer.outputs)}</p>
          <label class="lock">
            <input type="checkbox" checked={controls.locked.value.includes(at)} onChange={() => toggleLock(at)} />
            {words.shrink.drawer.lock}
          </label>
        </>
      ) : null}
      <RowCut row={row} />
      <div class="row">
        <RowFloors row={row} />
      </div>
    </div>
  );
}
