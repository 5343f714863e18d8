import { zoomTo } from "../state/cursor";
import { layerOf, toggleLock } from "../state/locks";
import { controls, live, model, screen } from "../state/store";
import type { Site } from "../wasm/core";
import { words } from "../words";
import { RowCut, RowFloors } from "./row-limits";

/** Over one layer seen alone: its name, its neighbours, and what guards it. */
export function RowHead({ row }: { row: number }) {
  const open = model.value;
  const site = open?.overview.sites[row];
  if (!open || !site) return null;
  const last = open.overview.sites.length - 1;
  return (
    <div class="row-head">
      <div class="row-name">
        <button type="button" class="quiet" title={words.map.row.allKey} onClick={() => zoomTo(null)}>
          {words.map.row.all}
        </button>
        <button
          type="button"
          class="quiet"
          aria-label={words.map.row.previous}
          disabled={row === 0}
          onClick={() => zoomTo(row - 1)}
        >
          ‹
        </button>
        <button
          type="button"
          class="quiet"
          aria-label={words.map.row.next}
          disabled={row === last}
          onClick={() => zoomTo(row + 1)}
        >
          ›
        </button>
        <h3 title={site.norm}>{open.siteNames[row]}</h3>
        <Facts />
        <Lock site={site} />
      </div>
      <div class="row-guards">
        <RowCut key={row} row={row} />
        <RowFloors row={row} />
      </div>
    </div>
  );
}

function Lock({ site }: { site: Site }) {
  const layer = layerOf(site);
  return (
    <label class="check" title={layer < 0 ? words.map.row.noLayer : words.map.row.lockHelp}>
      <input
        type="checkbox"
        disabled={layer < 0}
        checked={layer >= 0 && controls.locked.value.includes(layer)}
        onChange={() => toggleLock(layer)}
      />
      {words.map.row.lock}
    </label>
  );
}

/** Follows the drag, so it is apart from what does not. */
function Facts() {
  const site = model.value?.overview.sites[screen.zoom.value ?? -1];
  const states = live.drag.value?.states;
  if (!site || !states) return null;
  let gone = 0;
  let withheld = 0;
  for (let i = site.offset; i < site.offset + site.channels; i++) {
    const state = states[i] ?? 0;
    if (state > 0 && state < 5) gone++;
    if (state === 5) withheld++;
  }
  return <p class="hint">{words.map.row.facts(site.activation, site.channels - gone, site.channels, withheld)}</p>;
}
