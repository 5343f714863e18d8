import { probability, value } from "../lib/format";
import { zoomTo } from "../state/cursor";
import { layerOf, ownRows, toggleLock } from "../state/locks";
import { controls, live, type Model, model, screen } from "../state/store";
import { words } from "../words";
import { Heads } from "./parts";

/** The map's twin for those who do not see it, or who want to read numbers. */
export function MapTable() {
  const open = model.value;
  if (!open || !live.drag.value) return <div class="map-table" />;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard
    <section class="map-table" aria-label={words.map.asTable.name} tabIndex={0}>
      {screen.zoom.value === null ? <Layers open={open} /> : <Channels open={open} row={screen.zoom.value} />}
    </section>
  );
}

function Layers({ open }: { open: Model }) {
  const states = live.drag.value!.states;
  return (
    <table>
      <caption class="hidden">{words.map.asTable.layers}</caption>
      <Heads
        of={[
          ...[
            words.map.asTable.layer,
            words.map.asTable.lock,
            words.map.asTable.channels,
            words.map.asTable.kept,
            words.map.asTable.outputDead,
            words.map.asTable.inputDead,
            words.map.asTable.bothDead,
            words.map.asTable.other,
            words.map.asTable.withheld,
          ],
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
                  aria-label={words.map.asTable.lockOf(open.siteNames[row]!)}
                  disabled={layer < 0}
                  checked={layer >= 0 && controls.locked.value.includes(layer)}
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
  const sorted = live.order.value;
  if (!site || !sorted) return null;
  const states = live.drag.value!.states;
  // What goes first stands first.
  const flats = [...sorted.channels.subarray(site.offset, site.offset + site.channels)].reverse();
  return (
    <table>
      <caption class="hidden">{words.map.asTable.channelsOf(open.siteNames[row]!)}</caption>
      <Heads
        of={[
          words.map.asTable.channel,
          words.map.asTable.beta,
          words.map.asTable.s,
          words.map.asTable.p,
          words.map.asTable.state,
        ]}
      />
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
                  aria-label={words.map.asTable.open(channel)}
                  onClick={() => {
                    screen.selected.value = [row, channel];
                  }}
                >
                  {channel}
                </button>
              </th>
              <td>{value(open.means[flat]!)}</td>
              <td>{value(open.stds[flat]!)}</td>
              <td>{Number.isNaN(p) ? words.map.asTable.none : probability(p)}</td>
              <td>{words.map.states[states[flat]!]}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
