/** Layer by layer: channels that both remove, only A, only B. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { LayerSplit } from "../state/compare";
import { cursor } from "../state/cursor";
import { model, selected } from "../state/store";
import { Heads } from "./parts";

const MOST = 60;

export function CompareLayers({ layers, children }: { layers: LayerSplit[]; children: ComponentChildren }) {
  const [opened, open] = useState<number | null>(null);
  const shown = layers.filter((it) => it.onlyA.length + it.onlyB.length + it.both.length > 0);
  const sum = (of: "onlyA" | "onlyB" | "both") => shown.reduce((total, it) => total + it[of].length, 0);
  const [a, b, both] = [sum("onlyA"), sum("onlyB"), sum("both")];
  const names = model.value?.layerNames ?? [];
  return (
    <section class="compare-layers" aria-label="Where the plans differ">
      <div class="compare-head">
        <h3>Which channels</h3>
        {children}
      </div>
      <p>
        <i class="swatch both" /> both {both} <i class="swatch only-a" /> only A {a} <i class="swatch only-b" /> only B{" "}
        {b} <span class="hint">output channels, over all layers; {overlap(both, a + b)} of them in common.</span>
      </p>
      <table>
        <caption class="hidden">Removed channels by layer</caption>
        <Heads of={["layer", "removed, of its channels", "both", "only A", "only B"]} />
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
                    <Channels title="only A" layer={it.layer} channels={it.onlyA} />
                    <Channels title="only B" layer={it.layer} channels={it.onlyB} />
                    <Channels title="both" layer={it.layer} channels={it.both} />
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
  return both + either === 0 ? "none" : `${Math.round((100 * both) / (both + either))} %`;
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
      <strong>{title}:</strong>{" "}
      {channels.slice(0, MOST).map((it) =>
        row < 0 ? (
          <span key={it}>{it} </span>
        ) : (
          <button
            key={it}
            type="button"
            class="link"
            aria-label={`Channel ${it}, ${title}`}
            onClick={() => {
              selected.value = [row, it];
              cursor.value = null;
            }}
          >
            {it}
          </button>
        ),
      )}
      {channels.length > MOST ? ` and ${channels.length - MOST} more` : ""}
    </p>
  );
}
