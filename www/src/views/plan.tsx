import { useState } from "preact/hooks";
import { bytes, compact, count, milliseconds, percent, removedPercent } from "../lib/format";
import { curvePicture } from "../saved/curve";
import { stem } from "../state/exports";
import { toggleLock } from "../state/locks";
import { curveShown } from "../state/planning";
import { answersCurrent, current, latency, latencyRefused } from "../state/proof";
import { controls, live, type Model, model, screen, takesShare } from "../state/store";
import type { Change, Reason } from "../wasm/core";
import { words } from "../words";
import { CASES } from "./cases-words";
import { exampleOf } from "./example";
import { Figure } from "./figure";
import { Bar, Heads } from "./parts";
import { Pinned } from "./pinned";

export function PlanView() {
  return (
    <section class="plan" aria-label={words.plan.name}>
      <div class="savings-box">
        <Savings />
        <Pinned />
      </div>
      <Cases />
      <Layers />
      <Left />
      <Figure
        picture={words.pictures.names.curve}
        stem={() => `${stem()}.curve`}
        draw={curvePicture}
        disabled={!curveShown.value}
      />
    </section>
  );
}

function Savings() {
  const preview = live.drag.value?.preview;
  const written = current.value;
  const size: Change | undefined = written
    ? { before: written.plan.bytes.before, after: written.bytes.size }
    : live.plan.value?.identity === live.drag.value?.identity
      ? live.plan.value?.bytes
      : undefined;
  const time = answersCurrent.value ? latency.value : null;
  return (
    <table class="savings">
      <caption>{words.plan.savings}</caption>
      <Heads of={["", words.plan.before, words.plan.after, words.plan.removed]} />
      <tbody>
        <Saving name={words.plan.parameters} change={preview?.params} show={compact} />
        <Saving name={words.plan.macs} note={words.plan.macsNote} change={preview?.macs} show={compact} />
        <Saving name={words.plan.fileSize} change={size} show={bytes} />
        <Saving
          name={words.plan.latency}
          change={time?.differs ? { before: time.original.warm, after: time.pruned.warm } : undefined}
          show={milliseconds}
          missing={
            answersCurrent.value && latencyRefused.value
              ? words.plan.latencyRefused
              : time && !time.differs
                ? words.plan.noDifference
                : words.plan.noLatency
          }
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
            <Bar part={change.before - change.after} of={change.before} />
            {percent(removedPercent(change))}
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
  const cases = live.drag.value?.preview.cases;
  const tally = live.drag.value?.preview.tally;
  return (
    <>
      <table class="plan-cases">
        <caption>{words.plan.cases}</caption>
        <Heads look="hidden" of={[words.plan.case, words.plan.channels, words.plan.meaning]} />
        <tbody>
          {CASES.map((key) => (
            <tr key={key}>
              <th scope="row">
                <i class={`swatch ${key === "keep" ? "alive" : key.replace("_", "-")}`} aria-hidden="true" />
                {words.choices.cases[key].name}
              </th>
              <td class="n">{cases ? count(cases[key]) : "–"}</td>
              <td class="meaning">
                {key === "keep" && takesShare.value
                  ? words.plan.notDead(controls.threshold.value)
                  : words.choices.cases[key].meaning}
                {cases && cases[key] > 0 && key !== "keep" ? <Example state={key} /> : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {model.value && model.value.overview.pairs.length === 0 ? <p class="hint">{noPairs(model.value)}</p> : null}
      {tally ? <p class="hint tally">{words.plan.tally(tally)}</p> : null}
    </>
  );
}

/** A depthwise layer whose neighbours are not normalised makes no pair before it is measured. */
function noPairs({ overview }: Model): string {
  const depthwise = overview.layers.filter((it) => it.kind === "depthwise").length;
  if (depthwise === 0) return words.plan.noPairs;
  return overview.folded ? words.plan.pairsUnmeasured(depthwise) : words.plan.pairsUnnormalised(depthwise);
}

/** An example of the case in the user's own network. */
function Example({ state }: { state: "output_dead" | "input_dead" | "both_dead" }) {
  // The full plan arrives when the drag rests; reading it keeps examples from flickering meanwhile.
  if (!live.plan.value) return null;
  const example = exampleOf(state);
  if (!example) return null;
  return (
    <button
      type="button"
      class="link"
      onClick={() => {
        screen.selected.value = [example.site, example.channel];
        // From the other panels nothing would be seen to happen.
        if (screen.view.value !== "cases") screen.view.value = "channel";
      }}
    >
      {words.plan.example(example.channel, example.name)}
    </button>
  );
}

function Layers() {
  const [unfolded, setUnfolded] = useState(false);
  const open = model.value;
  // Rows nobody sees would cost a few milliseconds of every drag step.
  const rows = unfolded && open && live.drag.value ? open.overview.layers : [];
  if (!open) return null;
  return (
    <details class="layers" onToggle={(event) => setUnfolded(event.currentTarget.open)}>
      <summary>{words.plan.perLayer}</summary>
      <table>
        <caption class="hidden">{words.plan.layerTable}</caption>
        <Heads of={[words.plan.lock, words.plan.layer, words.plan.channels, words.plan.params, words.plan.macs]} />
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
  const step = live.drag.value!;
  const kept = step.layerChannels[i] ?? layer.outputs;
  const params = step.layerParams[i] ?? layer.params;
  const macs = step.layerMacs[i] ?? layer.macs;
  const kind = words.plan.kinds[layer.kind] ?? layer.kind;
  const isLocked = controls.locked.value.includes(i);
  return (
    <tr>
      <td>
        <input
          type="checkbox"
          aria-label={words.plan.lockOf(layer.name)}
          checked={isLocked}
          onChange={() => toggleLock(i)}
        />
      </td>
      <th scope="row" title={words.plan.layerTitle(layer.name, kind, layer.op, layer.kernel)}>
        {open.layerNames[i]}
        <span class="hint"> {kind}</span>
      </th>
      <td>{kept < layer.outputs ? `${kept} / ${layer.outputs}` : layer.outputs}</td>
      <td title={`${count(layer.params)} → ${count(params)}`}>
        <Bar part={params} of={layer.params} />
        {compact(params)}
      </td>
      <td title={`${count(layer.macs)} → ${count(macs)}`}>
        <Bar part={macs} of={layer.macs} />
        {compact(macs)}
      </td>
    </tr>
  );
}

/** Everything that was not done, or not exactly, each with its reason. */
function Left() {
  const now = live.plan.value;
  const fixed = now?.not_prunable ?? model.value?.overview.not_prunable ?? [];
  return (
    <>
      {now && now.tally.withheld > 0 ? (
        <details open={now.tally_withheld.length <= 3}>
          <summary>{words.plan.deadWithheld(now.tally.withheld)}</summary>
          <Reasons
            of={now.tally_withheld.map((it) => ({
              node: it.node,
              reason: words.plan.because(it.channels, it.reason),
            }))}
          />
        </details>
      ) : null}
      {now && now.dead_branches.length > 0 ? (
        <details open>
          <summary>{words.plan.branches(now.dead_branches.length)}</summary>
          <Reasons of={now.dead_branches} />
        </details>
      ) : null}
      {now && now.approximate.length > 0 ? (
        <details>
          <summary>{words.plan.approximate(now.approximate.length)}</summary>
          <Reasons of={now.approximate} />
        </details>
      ) : null}
      {fixed.length > 0 ? (
        <details>
          <summary>{words.plan.notPruned(fixed.length)}</summary>
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
