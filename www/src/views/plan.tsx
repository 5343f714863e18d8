import { useState } from "preact/hooks";
import { bytes, compact, count, milliseconds, percent, plural, removedPercent } from "../lib/format";
import { curvePicture } from "../saved/curve";
import { downloadPlanCsv, downloadPlanJson, stem } from "../state/exports";
import { toggleLock } from "../state/locks";
import { current, latency } from "../state/proof";
import { curve, drag, locked, type Model, model, plan, selected, takesShare, threshold, view } from "../state/store";
import type { Change, Reason } from "../wasm/core";
import { PICTURES } from "../words/pictures";
import { exampleOf } from "./example";
import { Bar, Heads } from "./parts";
import { Pinned } from "./pinned";
import { SaveButtons } from "./save";
import { CASE_ROWS } from "./words";

export function PlanView() {
  return (
    <section class="plan" aria-label="Plan">
      <div class="savings-box">
        <Savings />
        <Pinned />
      </div>
      <Cases />
      <Layers />
      <Left />
      <div class="row exports">
        <button type="button" disabled={!model.value} onClick={downloadPlanJson}>
          Plan as JSON
        </button>
        <button type="button" disabled={!drag.value} onClick={downloadPlanCsv}>
          Channels as CSV
        </button>
        <span class="picture-saves">
          Curve as
          <SaveButtons
            picture={PICTURES.curve}
            stem={() => `${stem()}.curve`}
            draw={curvePicture}
            disabled={!curve.value}
          />
        </span>
      </div>
    </section>
  );
}

function Savings() {
  const preview = drag.value?.preview;
  const written = current.value;
  const size: Change | undefined = written
    ? { before: written.plan.bytes.before, after: written.bytes.size }
    : plan.value?.bytes;
  const time = latency.value;
  return (
    <table class="savings">
      <caption>Savings</caption>
      <Heads of={["", "before", "after", "of original"]} />
      <tbody>
        <Saving name="Parameters" change={preview?.params} show={compact} />
        <Saving name="MACs" note="(the literature’s FLOPs)" change={preview?.macs} show={compact} />
        <Saving name="File size" change={size} show={bytes} />
        <Saving
          name="Latency, warm"
          change={time ? { before: time.original.warm, after: time.pruned.warm } : undefined}
          show={milliseconds}
          missing="run both networks to measure"
        />
      </tbody>
    </table>
  );
}

function Saving(props: {
  name: string;
  note?: string;
  change: Change | undefined;
  show: (n: number) => string;
  missing?: string;
}) {
  const { change, show } = props;
  return (
    <tr>
      <th scope="row">
        {props.name} {props.note ? <small>{props.note}</small> : null}
      </th>
      {change ? (
        <>
          <td title={count(change.before)}>{show(change.before)}</td>
          <td title={count(change.after)}>{show(change.after)}</td>
          <td class="kept">
            <Bar before={change.before} after={change.after} />
            {percent(100 - removedPercent(change))}
          </td>
        </>
      ) : (
        <td colSpan={3} class="hint">
          {props.missing ?? "–"}
        </td>
      )}
    </tr>
  );
}

function Cases() {
  const cases = drag.value?.preview.cases;
  const withheld = drag.value?.preview.withheld ?? 0;
  return (
    <>
      <table class="plan-cases">
        <caption>Four-case plan</caption>
        <Heads look="hidden" of={["Case", "Channels", "What it means"]} />
        <tbody>
          {CASE_ROWS.map(([key, name, meaning]) => (
            <tr key={key}>
              <th scope="row">
                <i class={`swatch ${key === "keep" ? "alive" : key.replace("_", "-")}`} aria-hidden="true" />
                {name}
              </th>
              <td class="n">{cases ? count(cases[key]) : "–"}</td>
              <td class="meaning">
                {key === "keep" && takesShare.value
                  ? `Not dead at τ = ${threshold.value}. This criterion goes by its own order and removes some of them too.`
                  : meaning}
                {cases && cases[key] > 0 && key !== "keep" ? <Example state={key} /> : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {model.value && model.value.overview.pairs.length === 0 ? (
        <p class="hint">
          This network has no depthwise pair, so the four cases are empty; other channels can still go.
        </p>
      ) : null}
      {withheld > 0 ? <p class="hint">{plural(withheld, "dead channel")} withheld: see the reasons below.</p> : null}
    </>
  );
}

/** The case told on the user's own layer. */
function Example({ state }: { state: "output_dead" | "input_dead" | "both_dead" }) {
  // The full plan arrives when the drag rests; reading it keeps examples from flickering meanwhile.
  if (!plan.value) return null;
  const example = exampleOf(state);
  if (!example) return null;
  return (
    <button
      type="button"
      class="link"
      onClick={() => {
        selected.value = [example.site, example.channel];
        // From the other panels nothing would be seen to happen.
        if (view.value !== "cases") view.value = "channel";
      }}
    >
      Here: channel {example.channel} of {example.name}
    </button>
  );
}

function Layers() {
  const [unfolded, setUnfolded] = useState(false);
  const open = model.value;
  // Rows nobody sees would cost a few milliseconds of every drag step.
  const rows = unfolded && open && drag.value ? open.overview.layers : [];
  if (!open) return null;
  return (
    <details class="layers" onToggle={(event) => setUnfolded(event.currentTarget.open)}>
      <summary>Per layer</summary>
      <table>
        <caption class="hidden">Channels, parameters and MACs per layer</caption>
        <Heads of={["Lock", "Layer", "Channels", "Params", "MACs"]} />
        <tbody>
          {rows.map((layer, i) => (
            <LayerRow key={layer.name} open={open} i={i} />
          ))}
        </tbody>
      </table>
    </details>
  );
}

function LayerRow({ open, i }: { open: Model; i: number }) {
  const layer = open.overview.layers[i]!;
  const step = drag.value!;
  const kept = step.layerChannels[i] ?? layer.outputs;
  const params = step.layerParams[i] ?? layer.params;
  const macs = step.layerMacs[i] ?? layer.macs;
  const isLocked = locked.value.includes(i);
  return (
    <tr>
      <td>
        <input type="checkbox" aria-label={`Lock ${layer.name}`} checked={isLocked} onChange={() => toggleLock(i)} />
      </td>
      <th scope="row" title={`${layer.name}: ${layer.kind} ${layer.op} ${layer.kernel}`}>
        {open.layerNames[i]}
        <span class="hint"> {layer.kind}</span>
      </th>
      <td>{kept < layer.outputs ? `${kept} / ${layer.outputs}` : layer.outputs}</td>
      <td title={`${count(layer.params)} → ${count(params)}`}>
        <Bar before={layer.params} after={params} />
        {compact(params)}
      </td>
      <td title={`${count(layer.macs)} → ${count(macs)}`}>
        <Bar before={layer.macs} after={macs} />
        {compact(macs)}
      </td>
    </tr>
  );
}

/** Everything that was not done, or not exactly, each with its reason. */
function Left() {
  const now = plan.value;
  const fixed = now?.not_prunable ?? model.value?.overview.not_prunable ?? [];
  return (
    <>
      {now && now.withheld.length > 0 ? (
        <details open={now.withheld.length <= 3}>
          <summary>Dead but withheld ({count(now.withheld.reduce((sum, it) => sum + it.channels, 0))})</summary>
          <Reasons
            of={now.withheld.map((it) => ({
              node: it.node,
              reason: `${plural(it.channels, "channel")}: ${it.reason}`,
            }))}
          />
        </details>
      ) : null}
      {now && now.dead_branches.length > 0 ? (
        <details open>
          <summary>Whole branches that leave ({now.dead_branches.length})</summary>
          <Reasons of={now.dead_branches} />
        </details>
      ) : null}
      {now && now.approximate.length > 0 ? (
        <details>
          <summary>Approximate at the border ({now.approximate.length})</summary>
          <Reasons of={now.approximate} />
        </details>
      ) : null}
      {fixed.length > 0 ? (
        <details>
          <summary>Not pruned, because… ({fixed.length})</summary>
          <Reasons of={fixed} />
        </details>
      ) : null}
    </>
  );
}

function Reasons({ of }: { of: readonly Reason[] }) {
  return (
    <ul class="reasons">
      {of.map((it) => (
        <li key={it.node + it.reason}>
          <code>{it.node}</code> {it.reason}
        </li>
      ))}
    </ul>
  );
}
