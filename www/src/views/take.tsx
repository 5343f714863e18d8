/** The pruned network as a file: the check it had to pass, and what was saved. */
import { bytes, percent, value } from "../lib/format";
import { changed } from "../state/changes";
import { quality } from "../state/lab/verdict";
import {
  answers,
  answersCurrent,
  current,
  type Product,
  product,
  type Saved,
  saved,
  savedCurrent,
} from "../state/proof";
import { fileName } from "../state/saving";
import { controls, live, model } from "../state/store";
import type { Value } from "../wasm/core";
import { words } from "../words";
import { Download } from "./download";
import { Repaired } from "./repaired";

export function Take() {
  const made = current.value;
  const file = savedCurrent.value ? saved.value : null;
  const proven = made && (made.check || made.repairedOn > 0);
  return (
    <div class="take">
      <Download class="wide" />
      <div role="status" class="taken">
        {file ? <SavedFile of={file} /> : null}
        {proven ? <Checked of={made} /> : null}
        {proven ? <Proves /> : null}
        {file ? <Next /> : null}
      </div>
      {saved.value && !file ? <p class="stale-note">{words.saved.stale(saved.value.name)}</p> : null}
      {!made && product.value?.repairedOn ? <p class="stale-note">{words.saved.repairLeft}</p> : null}
      {proven ? null : <p class="hint">{words.proof.beforeDownload}</p>}
      {made?.plan.repair ? <Repaired plan={made.plan} /> : null}
      {made && !file ? <p class="file-name">{fileName(made)}</p> : null}
      <Blocks />
    </div>
  );
}

function SavedFile({ of: { name, before, after } }: { of: Saved }) {
  return (
    <p>
      {words.saved.file} <code>{name}</code>, {words.saved.size(bytes(before), bytes(after))}
    </p>
  );
}

function Next() {
  const info = model.value?.overview.model;
  if (!info) return null;
  const list = (values: Value[]) => values.map((it) => words.saved.tensor(it.name, it.shape.join("×")));
  return (
    <p class="hint">{words.saved.next(words.saved.input(list(info.inputs)), words.saved.output(list(info.outputs)))}</p>
  );
}

function Checked({ of: { check, repairedOn } }: { of: Product }) {
  if (!check) return <p class="checked">{words.proof.repairedWith(repairedOn)}</p>;
  const { passed, max_abs_diff, samples, max_abs_output } = check;
  return (
    <p class={passed ? "checked" : "checked bad"}>
      {words.proof.check(passed, value(max_abs_diff), samples, value(max_abs_output), repairedOn)}
    </p>
  );
}

/** What the check does not tell, and what the images did. */
function Proves() {
  const fresh = answersCurrent.value ? answers.value.filter((it) => it.agree !== null) : [];
  const agreeing = fresh.filter((it) => it.agree).length;
  const { accuracy, before, after, images } = quality.value;
  if (fresh.length === 0 && accuracy && before !== null && after !== null) {
    return <p class="hint">{words.saved.judged(percent(100 * before), percent(100 * after), images)}</p>;
  }
  return <p class={agreeing < fresh.length ? "caution" : "hint"}>{words.saved.proves(agreeing, fresh.length)}</p>;
}

/** Channels that CPU runtimes take at a time; a layer of another count falls back to slower kernels. */
const BLOCK = 8;

function Blocks() {
  const cut = live.drag.value?.preview.channels;
  if (!cut || cut.after === cut.before || controls.multiple.value % BLOCK === 0) return null;
  return (
    <p class="hint">
      {words.proof.blocks(BLOCK)}{" "}
      <button
        type="button"
        class="link"
        onClick={() => {
          const before = controls.multiple.value;
          controls.multiple.value = BLOCK;
          changed(words.dial.changedBy(words.proof.keepMultiples(BLOCK), before, BLOCK));
        }}
      >
        {words.proof.keepMultiples(BLOCK)}
      </button>
    </p>
  );
}
