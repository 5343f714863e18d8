import { useState } from "preact/hooks";
import { fixed, median, milliseconds, percent, value } from "../lib/format";
import { pictures } from "../state/pictures";
import {
  type Answer,
  answeredBy,
  answers,
  answersCurrent,
  failures,
  type Latency,
  latency,
  latencyRefused,
  type Product,
  runBoth,
  stoppedBefore,
} from "../state/proof";
import { lookAt } from "../state/split";
import { namesClasses } from "../state/unchanged";
import type { Top } from "../wasm/core";
import { words } from "../words";

/** Repair works from about this many images up. */
const FEW = 16;
/** Images listed at a time. */
const PAGE = 40;

/** Both networks' answers side by side, the most changed image first. */
export function Predictions() {
  const [most, setMost] = useState(PAGE);
  const all = answers.value;
  if (all.length === 0) {
    return (
      <p class="hint predictions-none">
        {pictures.value.length === 0
          ? words.proof.predictions.noImages
          : namesClasses.value === false
            ? words.proof.predictions.beforeOutputs
            : words.proof.predictions.before}
      </p>
    );
  }
  const stale = !answersCurrent.value;
  const agreeing = all.filter((it) => it.agree).length;
  const time = latency.value;
  return (
    <div class={stale ? "predictions stale" : "predictions"}>
      <p class="agreement">
        <strong>
          {all.some((it) => it.agree !== null)
            ? words.proof.predictions.agree(agreeing, all.length)
            : words.proof.predictions.compared(all.length)}
        </strong>
        {words.proof.predictions.difference(
          value(Math.max(...all.map((it) => it.difference))),
          value(Math.max(...all.map((it) => it.scale))),
        )}
        {stale ? (
          <>
            {" "}
            <button type="button" class="link stale-note" onClick={() => void runBoth()}>
              {answeredBy.value?.repairedOn ? words.proof.predictions.staleRepaired : words.proof.predictions.stale}
            </button>
          </>
        ) : null}
      </p>
      {answeredBy.value ? <Fitted made={answeredBy.value} answers={all} /> : null}
      <Shift answers={all} />
      <Missing />
      {time ? <Times time={time} /> : null}
      {time && !time.differs ? <p class="hint">{words.plan.noDifference}</p> : null}
      {latencyRefused.value ? <p class="hint">{words.proof.predictions.latencyRefused}</p> : null}
      <table>
        <caption>{words.proof.predictions.table}</caption>
        <thead>
          <tr>
            <th scope="col" colSpan={2}>
              {words.proof.predictions.original}
            </th>
            <th scope="col" colSpan={2}>
              {words.proof.predictions.pruned}
            </th>
          </tr>
        </thead>
        {all.slice(0, most).map((answer) => (
          <Rows key={answer.picture.id} answer={answer} />
        ))}
      </table>
      {all.length > most ? (
        <p class="hint">
          {words.proof.predictions.listed(most, all.length)}{" "}
          <button type="button" class="link" onClick={() => setMost(most + PAGE)}>
            {words.proof.predictions.listMore}
          </button>
        </p>
      ) : null}
    </div>
  );
}

/** How far the class probabilities moved, over all images. */
function Shift({ answers: all }: { answers: Answer[] }) {
  const values = all.map((it) => it.moved).filter((it) => !Number.isNaN(it));
  if (values.length === 0) return null;
  const kl = all.reduce((sum, it) => sum + it.kl, 0) / all.length;
  return (
    <p class="hint">{words.proof.predictions.moved(share(median(values)), share(Math.max(...values)), value(kl))}</p>
  );
}

function share(of: number): string {
  return of > 0 && of < 0.0005 ? words.proof.predictions.hardly : percent(100 * of);
}

function Missing() {
  const [failed, before] = [failures.value, stoppedBefore.value];
  return (
    <>
      {before > 0 ? (
        <p class="caution">{words.proof.predictions.stoppedAfter(answers.value.length + failed.length, before)}</p>
      ) : null}
      {failed.length > 0 ? (
        <details class="caution">
          <summary>{words.proof.predictions.unread(failed.length)}</summary>
          <ul>
            {failed.slice(0, PAGE).map((it) => (
              <li key={it.picture.id}>{words.proof.predictions.failure(it.picture.name, it.reason)}</li>
            ))}
          </ul>
        </details>
      ) : null}
    </>
  );
}

/** The first answer compiles the network; the warm ones tell what one more image costs. */
function Times({ time }: { time: { original: Latency; pruned: Latency } }) {
  const row = (name: string, { first, warm, low, high }: Latency) => (
    <tr>
      <th scope="row">{name}</th>
      <td>{milliseconds(first)}</td>
      <td>{milliseconds(warm)}</td>
      <td>{words.proof.predictions.range(milliseconds(low), milliseconds(high))}</td>
    </tr>
  );
  return (
    <table class="times">
      <caption>{words.proof.predictions.latency}</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">{words.proof.predictions.first}</th>
          <th scope="col">{words.proof.predictions.warm}</th>
          <th scope="col">{words.proof.predictions.halfWithin(time.original.runs)}</th>
        </tr>
      </thead>
      <tbody>
        {row(words.proof.predictions.original, time.original)}
        {row(words.proof.predictions.pruned, time.pruned)}
      </tbody>
    </table>
  );
}

/** The repaired part of the evidence: a fit is not judged by what it was fitted to. */
function Fitted({ made, answers: all }: { made: Product; answers: Answer[] }) {
  const own = all.filter((it) => made.fitted.has(it.picture.blob)).length;
  if (own === 0) return null;
  return (
    <p class="caution">
      {words.proof.predictions.fitted(own, all.length, made.repairedOn < FEW, made.repairedOn, FEW)}
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
            <span>{picture.name}</span>
            <span class={answer.agree === false ? "badge changed" : "badge"}>
              {answer.agree === null
                ? words.proof.predictions.delta(value(answer.difference))
                : words.proof.predictions.answer(answer.agree, share(answer.moved))}
            </span>
            {/* Drawn first, read last: a row is called by its image. */}
            <button
              type="button"
              class="look"
              aria-label={words.shrink.split.open(picture.name)}
              onClick={() => lookAt(picture, { original, pruned })}
            >
              <img src={picture.url} alt="" width="28" height="28" />
            </button>
          </div>
        </th>
      </tr>
      {original.top.length === 0 ? (
        <tr>
          <td colSpan={4} class="hint">
            {original.boxes
              ? words.proof.predictions.boxes(original.boxes.length, pruned.boxes?.length ?? 0)
              : words.proof.predictions.noClasses(original.outputs.map((it) => `${it.name} ${it.shape.join("×")}`))}
          </td>
        </tr>
      ) : (
        original.top.map((top, i) => (
          <tr key={top.index}>
            <Cells top={top} />
            {/* Further ranks often swap without any harm: only another first answer is marked. */}
            <Cells top={pruned.top[i]} changed={i === 0 && pruned.top[0]?.index !== top.index} />
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
        {top.label || words.proof.predictions.class(top.index)}
      </td>
      <td class="probability">
        <span class="bar" aria-hidden="true">
          <span style={{ width: `${100 * top.probability}%` }} />
        </span>
        {fixed(100 * top.probability, 1)}
      </td>
    </>
  );
}
