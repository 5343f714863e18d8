import { milliseconds, plural, value } from "../lib/format";
import { pictures } from "../state/pictures";
import { type Answer, answers, answersKey, current, latency, type Product } from "../state/proof";
import type { Top } from "../wasm/core";

/** Repair works from about this many images up. */
const FEW = 16;

/** Both networks' answers side by side, the most changed image first. */
export function Predictions() {
  const all = answers.value;
  if (all.length === 0) {
    return (
      <p class="hint">
        {pictures.value.length === 0
          ? "There is no image to run on: add or drop some, or use the samples."
          : "Both networks’ five best answers will stand here, side by side."}
      </p>
    );
  }
  const made = current.value;
  const stale = !made || answersKey.value !== made.key + made.repairedOn;
  const agreeing = all.filter((it) => it.agree).length;
  const time = latency.value;
  return (
    <div class={stale ? "predictions stale" : "predictions"}>
      <p class="agreement">
        <strong>
          {all.some((it) => it.agree !== null)
            ? `${agreeing} of ${plural(all.length, "image")} ${agreeing === 1 ? "agrees" : "agree"}`
            : `${plural(all.length, "image")} compared`}
        </strong>
        , max |Δ| {value(Math.max(...all.map((it) => it.difference)))} with outputs up to{" "}
        {value(Math.max(...all.map((it) => it.scale)))}
        {stale ? <span class="stale-note"> for an earlier plan: run again</span> : null}
      </p>
      {made && !stale ? <Fitted made={made} answers={all} /> : null}
      {time ? (
        <p class="hint">
          First answer {milliseconds(time.original.first)} → {milliseconds(time.pruned.first)}, warm{" "}
          {milliseconds(time.original.warm)} → {milliseconds(time.pruned.warm)} (original → pruned; the first includes
          compiling).
        </p>
      ) : null}
      <table>
        <caption>Predictions</caption>
        <thead>
          <tr>
            <th scope="col" colSpan={2}>
              original
            </th>
            <th scope="col" colSpan={2}>
              pruned
            </th>
          </tr>
        </thead>
        {all.slice(0, 40).map((answer) => (
          <Rows key={answer.picture.id} answer={answer} />
        ))}
      </table>
      {all.length > 40 ? <p class="hint">The 40 most changed of {all.length} images are listed.</p> : null}
    </div>
  );
}

/** The repaired part of the evidence: a fit is not judged by what it was fitted to. */
function Fitted({ made, answers: all }: { made: Product; answers: Answer[] }) {
  const own = all.filter((it) => made.fitted.has(it.picture.blob)).length;
  if (own === 0) return null;
  return (
    <p class="caution">
      {own === all.length ? "The repair was fitted to these very images" : `The repair was fitted to ${own} of these`},
      so their agreement proves little
      {made.repairedOn < FEW ? `, and ${plural(made.repairedOn, "image")} are few (${FEW} or more are better)` : ""}.
      Add other images and run again.
    </p>
  );
}

function Rows({ answer }: { answer: Answer }) {
  const { picture, original, pruned } = answer;
  return (
    <tbody>
      <tr class="picture-row">
        <th scope="rowgroup" colSpan={4}>
          <div>
            <img src={picture.url} alt="" width="28" height="28" />
            <span>{picture.name}</span>
            <span class={answer.agree === false ? "badge changed" : "badge"}>
              {answer.agree === null ? "" : answer.agree ? "agree, " : "changed, "}|Δ| {value(answer.difference)}
            </span>
          </div>
        </th>
      </tr>
      {original.top.length === 0 ? (
        <tr>
          <td colSpan={4} class="hint">
            Not class scores; outputs {original.outputs.map((it) => `${it.name} ${it.shape.join("×")}`).join(", ")}.
          </td>
        </tr>
      ) : (
        original.top.map((top, i) => (
          <tr key={top.index}>
            <Cells top={top} />
            <Cells top={pruned.top[i]} changed={pruned.top[i]?.index !== top.index} />
          </tr>
        ))
      )}
    </tbody>
  );
}

function Cells({ top, changed }: { top: Top | undefined; changed?: boolean }) {
  if (!top) return <td colSpan={2} />;
  return (
    <>
      <td class={changed ? "label changed" : "label"} title={top.label}>
        {top.label || `class ${top.index}`}
      </td>
      <td class="probability">
        <span class="bar" aria-hidden="true">
          <span style={{ width: `${100 * top.probability}%` }} />
        </span>
        {(100 * top.probability).toFixed(1)}
      </td>
    </>
  );
}
