/** One image, the original's answer on the left of a divider and the pruned network's on the right. */
import { useEffect, useRef, useState } from "preact/hooks";
import { fixed, value } from "../../lib/format";
import { type Looked, looked } from "../../state/split";
import type { Prediction } from "../../wasm/core";
import { words } from "../../words";

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
  const [at, setAt] = useState(50);
  const { picture, answers } = of;
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
      <div class="split-picture" style={{ "--at": `${at}%` }}>
        <div class="split-frame">
          <img src={picture.url} alt="" />
          {answers ? (
            <>
              <Boxes of={answers.original} side="left" at={at} />
              <Boxes of={answers.pruned} side="right" at={at} />
            </>
          ) : null}
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
        <Side name={words.proof.predictions.original} answer={answers?.original} />
        <Side name={words.proof.predictions.pruned} answer={answers?.pruned} against={answers?.original} />
      </div>
    </div>
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

function Side({
  name,
  answer,
  against,
}: {
  name: string;
  answer: Prediction | undefined;
  against?: Prediction | undefined;
}) {
  return (
    <section aria-label={name}>
      <h3>{name}</h3>
      {answer ? <Says of={answer} against={against} /> : <p class="hint">{words.shrink.split.working}</p>}
    </section>
  );
}

function Says({ of, against }: { of: Prediction; against: Prediction | undefined }) {
  if (of.boxes) {
    const scores = of.boxes.map((it) => `${fixed(100 * it.score, 0)} %`);
    return (
      <p>
        <strong>{words.shrink.split.found(of.boxes.length)}</strong> {scores.slice(0, 12).join(", ")}
      </p>
    );
  }
  if (of.top.length === 0) {
    const most = against ? of.scores.reduce((m, it, i) => Math.max(m, Math.abs(it - (against.scores[i] ?? 0))), 0) : 0;
    return (
      <>
        {against ? <p>{words.shrink.split.difference(value(most))}</p> : null}
        <p class="hint">
          {words.proof.predictions.noClasses(of.outputs.map((it) => `${it.name} ${it.shape.join("×")}`))}
        </p>
      </>
    );
  }
  return (
    <ol class="split-top">
      {of.top.map((it, i) => (
        <li key={it.index} class={against && against.top[i]?.index !== it.index ? "changed" : ""}>
          <span>{it.label}</span>
          <span class="bar" aria-hidden="true">
            <span style={{ width: `${100 * it.probability}%` }} />
          </span>
          <span class="number">{fixed(100 * it.probability, 1)} %</span>
        </li>
      ))}
    </ol>
  );
}
