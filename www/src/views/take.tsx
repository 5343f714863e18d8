/** The pruned network as a file: the check it had to pass, and what was saved. */
import { bytes, plural, value } from "../lib/format";
import {
  current,
  downloadPruned,
  fileName,
  type Product,
  type Saved,
  saved,
  savedCurrent,
  working,
} from "../state/proof";
import { drag, model, multiple } from "../state/store";
import type { Value } from "../wasm/core";
import { SAVED } from "../words/saved";
import { Repaired } from "./repaired";

export function Take() {
  const made = current.value;
  const file = savedCurrent.value ? saved.value : null;
  const proven = made && (made.check || made.repairedOn > 0);
  return (
    <div class="take">
      <button
        type="button"
        class="primary wide"
        disabled={!model.value}
        aria-disabled={working.value}
        onClick={downloadPruned}
      >
        Download pruned model
      </button>
      <div role="status" class="taken">
        {file ? <SavedFile of={file} /> : null}
        {proven ? <Checked of={made} /> : null}
        {file ? <Next /> : null}
      </div>
      {saved.value && !file ? <p class="stale-note">{SAVED.stale(saved.value.name)}</p> : null}
      {proven ? null : (
        <p class="hint">
          Before the file is offered, it runs against a masked twin of the original, and the difference is shown.
        </p>
      )}
      {made?.plan.repair ? <Repaired plan={made.plan} /> : null}
      {made && !file ? <p class="file-name">{fileName(made)}</p> : null}
      <Blocks />
    </div>
  );
}

function SavedFile({ of: { name, before, after } }: { of: Saved }) {
  return (
    <p>
      {SAVED.file} <code>{name}</code>, {SAVED.size(bytes(before), bytes(after))}
    </p>
  );
}

function Next() {
  const info = model.value?.overview.model;
  if (!info) return null;
  const list = (values: Value[]) => values.map((it) => SAVED.tensor(it.name, it.shape.join("×")));
  return <p class="hint">{SAVED.next(SAVED.input(list(info.inputs)), SAVED.output(list(info.outputs)))}</p>;
}

function Checked({ of: { check, repairedOn } }: { of: Product }) {
  if (!check) return <p class="checked">Repaired with {plural(repairedOn, "image")}.</p>;
  return (
    <p class={check.passed ? "checked" : "checked bad"}>
      {check.passed ? "Checked" : "Check failed"}: max |Δ| = {value(check.max_abs_diff)} against the masked twin, over{" "}
      {plural(check.samples, "sample")} with outputs up to {value(check.max_abs_output)}
      {repairedOn ? `; then repaired with ${plural(repairedOn, "image")}` : ""}.
    </p>
  );
}

/** Channels that CPU runtimes take at a time; a layer of another count falls back to slower kernels. */
const BLOCK = 8;

function Blocks() {
  const cut = drag.value?.preview.channels;
  if (!cut || cut.after === cut.before || multiple.value % BLOCK === 0) return null;
  return (
    <p class="hint">
      CPU runtimes such as onnxruntime take {BLOCK} channels at a time and are slower on odd counts.{" "}
      <button
        type="button"
        class="link"
        onClick={() => {
          multiple.value = BLOCK;
        }}
      >
        Keep multiples of {BLOCK}
      </button>
    </p>
  );
}
