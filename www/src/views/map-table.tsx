import { probability, value } from "../lib/format";
import { zoomTo } from "../state/cursor";
import { STATE_NAMES } from "../state/exports";
import { layerOf, ownRows, toggleLock } from "../state/locks";
import { drag, locked, type Model, model, order, selected, zoom } from "../state/store";
import { LIMITS, ownText } from "../words/limits";

/** The map's twin for those who do not see it, or who want to read numbers. */
export function MapTable() {
  const open = model.value;
  if (!open || !drag.value) return <div class="map-table" />;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard
    <section class="map-table" aria-label="Channel map as a table" tabIndex={0}>
      {zoom.value === null ? <Layers open={open} /> : <Channels open={open} row={zoom.value} />}
    </section>
  );
}

function Layers({ open }: { open: Model }) {
  const states = drag.value!.states;
  return (
    <table>
      <caption class="hidden">Layers of the channel map</caption>
      <thead>
        <tr>
          <th scope="col">Layer</th>
          <th scope="col">Lock</th>
          <th scope="col">Channels</th>
          <th scope="col">Kept</th>
          <th scope="col">Output dead</th>
          <th scope="col">Input dead</th>
          <th scope="col">Both dead</th>
          <th scope="col">Other</th>
          <th scope="col">Withheld</th>
          {ownRows.value.size > 0 ? <th scope="col">{LIMITS.column}</th> : null}
        </tr>
      </thead>
      <tbody>
        {open.overview.sites.map((site, row) => {
          const counts = [0, 0, 0, 0, 0, 0];
          for (let i = site.offset; i < site.offset + site.channels; i++) counts[states[i]!]!++;
          const layer = layerOf(site);
          return (
            <tr key={site.norm}>
              <th scope="row">
                <button type="button" class="link" title={site.norm} onClick={() => zoomTo(row)}>
                  {open.siteNames[row]}
                </button>{" "}
                <span class="hint">{site.activation}</span>
              </th>
              <td>
                <input
                  type="checkbox"
                  aria-label={`Lock ${open.siteNames[row]}`}
                  disabled={layer < 0}
                  checked={layer >= 0 && locked.value.includes(layer)}
                  onChange={() => toggleLock(layer)}
                />
              </td>
              <td>{site.channels}</td>
              <td>{counts[0]! + counts[5]!}</td>
              {[1, 2, 3, 4, 5].map((state) => (
                <td key={state} class={counts[state] === 0 ? "none" : ""}>
                  {counts[state]}
                </td>
              ))}
              {ownRows.value.size > 0 ? <td class="words">{ownText(ownRows.value.get(row)) || "–"}</td> : null}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Channels({ open, row }: { open: Model; row: number }) {
  const site = open.overview.sites[row];
  const sorted = order.value;
  if (!site || !sorted) return null;
  const states = drag.value!.states;
  // What goes first stands first.
  const flats = [...sorted.channels.subarray(site.offset, site.offset + site.channels)].reverse();
  return (
    <table>
      <caption class="hidden">Channels of {open.siteNames[row]}</caption>
      <thead>
        <tr>
          <th scope="col">Channel</th>
          <th scope="col">β</th>
          <th scope="col">s</th>
          <th scope="col">P</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {flats.map((flat) => {
          const p = open.probabilities[flat]!;
          const channel = flat - site.offset;
          return (
            <tr key={flat}>
              <th scope="row">
                <button
                  type="button"
                  class="link"
                  aria-label={`Open channel ${channel}`}
                  onClick={() => {
                    selected.value = [row, channel];
                  }}
                >
                  {channel}
                </button>
              </th>
              <td>{value(open.means[flat]!)}</td>
              <td>{value(open.stds[flat]!)}</td>
              <td>{Number.isNaN(p) ? "none" : probability(p)}</td>
              <td>{STATE_NAMES[states[flat]!]}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
