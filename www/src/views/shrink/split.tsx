/** One image and what both networks say to it: class by class, or, where answers are places, on both sides of a divider. */
import { useEffect, useRef, useState } from "preact/hooks";
import { chances } from "../../lib/chances";
import { fixed, value } from "../../lib/format";
import { pointsText } from "../../lib/proportion";
import { type Looked, looked } from "../../state/split";
import type { Prediction } from "../../wasm/core";
import { words } from "../../words";

/** As many classes as are read at a glance. */
const ROWS = 6;

export function Split() {
  const of = looked.value;
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (of && box.current && !box.current.open) box.current.showModal();
  }, [of]);
  if (!of) return null;
  return (
    <dialog
      class="closeup"
      aria-label={words.shrink.split.name(of.picture.name)}
      ref={box}
      onClose={() => {
        looked.value = null;
      }}
      closedby="any"
    >
      <Inside of={of} />
    </dialog>
  );
}

function Inside({ of }: { of: Looked }) {
  const { picture, answers } = of;
  const places = answers?.original.boxes ?? answers?.pruned.boxes;
  return (
    <div class="split-inside">
      <div class="split-head">
        <h2>{picture.name}</h2>
        <form method="dialog">
          <button type="submit" class="quiet" aria-label={words.shrink.split.close}>
            ×
          </button>
        </form>
      </div>
      {answers && places ? (
        <Divided picture={picture} answers={answers} />
      ) : (
        <div class="split-beside">
          <img src={picture.url} alt="" />
          {!answers ? (
            <p class="hint">{words.shrink.split.working}</p>
          ) : answers.original.top.length > 0 ? (
            <Chances before={answers.original} after={answers.pruned} />
          ) : (
            <Difference before={answers.original} after={answers.pruned} />
          )}
        </div>
      )}
    </div>
  );
}

/** What was found lies on the picture, the original's left of the divider. */
function Divided({ picture, answers }: { picture: Looked["picture"]; answers: NonNullable<Looked["answers"]> }) {
  const [at, setAt] = useState(50);
  return (
    <>
      <div class="split-picture" style={{ "--at": `${at}%` }}>
        <div class="split-frame">
          <img src={picture.url} alt="" />
          <Boxes of={answers.original} side="left" at={at} />
          <Boxes of={answers.pruned} side="right" at={at} />
          <i aria-hidden="true" />
          <input
            type="range"
            min={0}
            max={100}
            value={at}
            aria-label={words.shrink.split.divider}
            onInput={(event) => setAt(event.currentTarget.valueAsNumber)}
          />
        </div>
      </div>
      <div class="split-answers">
        <Found name={words.proof.predictions.original} of={answers.original} />
        <Found name={words.proof.predictions.pruned} of={answers.pruned} />
      </div>
    </>
  );
}

/** In fractions of the picture, so that the picture may have any size. */
function Boxes({ of, side, at }: { of: Prediction; side: "left" | "right"; at: number }) {
  const from = side === "left" ? 0 : at;
  const width = side === "left" ? at : 100 - at;
  const id = `split-${side}`;
  return (
    <svg class={`boxes ${side}`} viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      <clipPath id={id}>
        <rect x={from} y="0" width={width} height="100" />
      </clipPath>
      <g clip-path={`url(#${id})`}>
        {(of.boxes ?? []).map((it, i) => (
          <rect
            key={i}
            x={100 * it.left}
            y={100 * it.top}
            width={100 * (it.right - it.left)}
            height={100 * (it.bottom - it.top)}
          />
        ))}
      </g>
    </svg>
  );
}

function Found({ name, of }: { name: string; of: Prediction }) {
  const boxes = of.boxes ?? [];
  return (
    <section aria-label={name}>
      <h3>{name}</h3>
      <p>
        <strong>{words.shrink.split.found(boxes.length)}</strong>{" "}
        {boxes
          .slice(0, 12)
          .map((it) => percentOf(it.score))
          .join(", ")}
      </p>
    </section>
  );
}

const percentOf = (part: number) => `${fixed(100 * part, 0)} %`;

/** Neither classes nor places: how far apart the numbers are. */
function Difference({ before, after }: { before: Prediction; after: Prediction }) {
  const most = after.scores.reduce((m, it, i) => Math.max(m, Math.abs(it - (before.scores[i] ?? 0))), 0);
  return (
    <div>
      <p>{words.shrink.split.difference(value(most))}</p>
      <p class="hint">
        {words.proof.predictions.noClasses(after.outputs.map((it) => `${it.name} ${it.shape.join("×")}`))}
      </p>
    </div>
  );
}

/** Each class that one of the two thinks likely, with both probabilities and what became of them. */
function Chances({ before, after }: { before: Prediction; after: Prediction }) {
  const [was, now] = [before.top[0]!, after.top[0]!];
  const same = was.index === now.index;
  const chance = (part: number | null) => (part === null ? "–" : `${fixed(100 * part, 1)} %`);
  return (
    <div class="chances">
      <p class={same ? "said" : "said changed"}>
        {same ? words.shrink.split.same(now.label) : words.shrink.split.turned(was.label, now.label)}
      </p>
      <table class="split-top">
        <caption class="hidden">{words.shrink.split.table}</caption>
        <thead>
          <tr>
            <td />
            <th scope="col" class="before">
              {words.proof.predictions.original}
            </th>
            <th scope="col" class="after">
              {words.proof.predictions.pruned}
            </th>
            <th scope="col">{words.shrink.split.change}</th>
          </tr>
        </thead>
        <tbody>
          {chances(before, after)
            .slice(0, ROWS)
            .map((it) => (
              <tr key={it.index}>
                <th scope="row">
                  <span>{it.label}</span>
                  <i class="before" aria-hidden="true" style={{ width: `${100 * (it.before ?? 0)}%` }} />
                  <i class="after" aria-hidden="true" style={{ width: `${100 * (it.after ?? 0)}%` }} />
                </th>
                <td class={it.index === was.index ? "best" : ""}>{chance(it.before)}</td>
                <td class={it.index === now.index ? "best" : ""}>{chance(it.after)}</td>
                <td class="hint">{it.before === null || it.after === null ? "" : pointsText(it.after - it.before)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}
