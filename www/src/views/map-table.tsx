import { probability, value } from "../lib/format";
import { zoomTo } from "../state/cursor";
import { layerOf, ownRows, toggleLock } from "../state/locks";
import { drag, locked, type Model, model, order, selected, zoom } from "../state/store";
import { words } from "../words";
import { Heads } from "./parts";

const t = words.map.asTable;

/** The map's twin for those who do not see it, or who want to read numbers. */
export function MapTable() {
  const open = model.value;
  if (!open || !drag.value) return <div class="map-table" />;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard
    <section class="map-table" aria-label={t.name} tabIndex={0}>
      {zoom.value === null ? <Layers open={open} /> : <Channels open={open} row={zoom.value} />}
    </section>
  );
}

function Layers({ open }: { open: Model }) {
  const states = drag.value!.states;
  return (
    <table>
      <caption class="hidden">{t.layers}</caption>
      <Heads
        of={[
          ...[t.layer, t.lock, t.channels, t.kept, t.outputDead, t.inputDead, t.bothDead, t.other, t.withheld],
          ...(ownRows.value.size > 0 ? [words.limits.column] : []),
        ]}
      />
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
                  aria-label={t.lockOf(open.siteNames[row]!)}
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
              {ownRows.value.size > 0 ? <td class="words">{words.limits.own(ownRows.value.get(row)) || "–"}</td> : null}
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
      <caption class="hidden">{t.channelsOf(open.siteNames[row]!)}</caption>
      <Heads of={[t.channel, t.beta, t.s, t.p, t.state]} />
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
                  aria-label={t.open(channel)}
                  onClick={() => {
                    selected.value = [row, channel];
                  }}
                >
                  {channel}
                </button>
              </th>
              <td>{value(open.means[flat]!)}</td>
              <td>{value(open.stds[flat]!)}</td>
              <td>{Number.isNaN(p) ? t.none : probability(p)}</td>
              <td>{words.map.states[states[flat]!]}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
