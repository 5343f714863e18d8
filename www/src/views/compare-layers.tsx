/** Layer by layer: channels that both remove, only A, only B. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { LayerSplit } from "../state/compare";
import { cursor } from "../state/cursor";
import { model, screen } from "../state/store";
import { words } from "../words";
import { Heads } from "./parts";

const MOST = 60;

export function CompareLayers({ layers, children }: { layers: LayerSplit[]; children: ComponentChildren }) {
  const [opened, open] = useState<number | null>(null);
  const shown = layers.filter((it) => it.onlyA.length + it.onlyB.length + it.both.length > 0);
  const sum = (of: "onlyA" | "onlyB" | "both") => shown.reduce((total, it) => total + it[of].length, 0);
  const [a, b, both] = [sum("onlyA"), sum("onlyB"), sum("both")];
  const names = model.value?.layerNames ?? [];
  return (
    <section class="compare-layers" aria-label={words.compare.layers.name}>
      <div class="compare-head">
        <h3>{words.compare.layers.title}</h3>
        {children}
      </div>
      <p>
        <i class="swatch both" /> {words.compare.layers.bothSum(both)} <i class="swatch only-a" />{" "}
        {words.compare.layers.onlyASum(a)} <i class="swatch only-b" /> {words.compare.layers.onlyBSum(b)}{" "}
        <span class="hint">{words.compare.layers.inCommon(overlap(both, a + b))}</span>
      </p>
      <table>
        <caption class="hidden">{words.compare.layers.table}</caption>
        <Heads
          of={[
            words.compare.layers.layer,
            words.compare.layers.removed,
            words.compare.layers.both,
            words.compare.layers.onlyA,
            words.compare.layers.onlyB,
          ]}
        />
        <tbody>
          {shown.map((it) => (
            <>
              <tr key={it.layer}>
                <th scope="row">
                  <button
                    type="button"
                    class="link"
                    aria-expanded={opened === it.layer}
                    onClick={() => open(opened === it.layer ? null : it.layer)}
                  >
                    {names[it.layer]}
                  </button>
                </th>
                <td>
                  <Split of={it} />
                </td>
                <td>{it.both.length}</td>
                <td>{it.onlyA.length}</td>
                <td>{it.onlyB.length}</td>
              </tr>
              {opened === it.layer ? (
                <tr key={`${it.layer}-list`}>
                  <td colSpan={5} class="channel-lists">
                    <Channels title={words.compare.layers.onlyA} layer={it.layer} channels={it.onlyA} />
                    <Channels title={words.compare.layers.onlyB} layer={it.layer} channels={it.onlyB} />
                    <Channels title={words.compare.layers.both} layer={it.layer} channels={it.both} />
                  </td>
                </tr>
              ) : null}
            </>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function overlap(both: number, either: number): string {
  return both + either === 0
    ? words.compare.layers.none
    : words.compare.layers.percent(Math.round((100 * both) / (both + either)));
}

function Split({ of }: { of: LayerSplit }) {
  const part = (n: number) => ({ width: `${(100 * n) / of.channels}%` });
  return (
    <span class="split" aria-hidden="true">
      <i class="both" style={part(of.both.length)} />
      <i class="only-a" style={part(of.onlyA.length)} />
      <i class="only-b" style={part(of.onlyB.length)} />
    </span>
  );
}

/** Numbers that open the channel, where the layer has a row in the map. */
function Channels({ title, layer, channels }: { title: string; layer: number; channels: number[] }) {
  const overview = model.value?.overview;
  const row = overview?.sites.findIndex((it) => it.writer === overview.layers[layer]?.name) ?? -1;
  if (channels.length === 0) return null;
  return (
    <p>
      <strong>{words.compare.layers.list(title)}</strong>{" "}
      {channels.slice(0, MOST).map((it) =>
        row < 0 ? (
          <span key={it}>{it} </span>
        ) : (
          <button
            key={it}
            type="button"
            class="link"
            aria-label={words.compare.layers.channel(it, title)}
            onClick={() => {
              screen.selected.value = [row, it];
              cursor.value = null;
            }}
          >
            {it}
          </button>
        ),
      )}
      {channels.length > MOST ? words.compare.layers.more(channels.length - MOST) : ""}
    </p>
  );
}
