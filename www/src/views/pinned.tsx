import { bytes, compact, count, percent, removedPercent } from "../lib/format";
import { differences, overlap, pin, planA, swap, unpin } from "../state/pin";
import { settings } from "../state/settings";
import { live, model, sides } from "../state/store";
import type { Change } from "../wasm/core";
import { words } from "../words";

/** Holds the present plan against one that was pinned. */
export function Pinned() {
  const a = sides.pinned.value;
  if (!a) {
    return (
      <p class="pin-row row">
        <button type="button" disabled={!model.value} onClick={pin}>
          {words.plan.pinned.pin}
        </button>
        <span class="hint">{words.plan.pinned.pinHint}</span>
      </p>
    );
  }
  return (
    <div class="pinned">
      <AgainstTable />
      <Overlap />
      <div class="pin-row row">
        <button type="button" onClick={swap}>
          {words.plan.pinned.swap}
        </button>
        <button type="button" onClick={pin}>
          {words.plan.pinned.pinB}
        </button>
        <button type="button" class="quiet" onClick={unpin}>
          {words.plan.pinned.unpin}
        </button>
      </div>
    </div>
  );
}

/** With room for it, what both start from stands in front. */
export function AgainstTable({ original = false }: { original?: boolean }) {
  const [a, b] = [sides.pinned.value, settings.value];
  if (!a) return null;
  const [before, now] = [planA.value, live.drag.value?.preview];
  return (
    <table class="against">
      <caption>{words.plan.pinned.table}</caption>
      <thead>
        <tr>
          <td />
          {original ? <th scope="col">{words.plan.pinned.original}</th> : null}
          <th scope="col">{words.plan.pinned.a}</th>
          <th scope="col">{words.plan.pinned.b}</th>
        </tr>
      </thead>
      <tbody>
        <Against
          name={words.plan.parameters}
          a={before?.preview.params}
          b={now?.params}
          show={compact}
          original={original}
        />
        <Against name={words.plan.macs} a={before?.preview.macs} b={now?.macs} show={compact} original={original} />
        <Against
          name={words.plan.channels}
          a={before?.preview.channels}
          b={now?.channels}
          show={count}
          original={original}
        />
        <Against
          name={words.plan.fileSize}
          a={before?.plan.bytes}
          b={live.plan.value?.bytes}
          show={bytes}
          original={original}
        />
        {differences.value.map((key) => (
          <tr key={key} class="differs">
            <th scope="row">{words.choices.settings[key]}</th>
            {original ? <td /> : null}
            <td>{words.choices.settingText(key, a)}</td>
            <td>{words.choices.settingText(key, b)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Against(props: {
  name: string;
  a: Change | undefined;
  b: Change | undefined;
  show: (n: number) => string;
  original: boolean;
}) {
  const cell = (change: Change | undefined) => (
    <td title={change ? `${count(change.before)} → ${count(change.after)}` : ""}>
      {change ? (
        <>
          {props.show(change.after)} <span class="hint">−{percent(removedPercent(change))}</span>
        </>
      ) : (
        "–"
      )}
    </td>
  );
  return (
    <tr>
      <th scope="row">{props.name}</th>
      {props.original ? <td>{props.b ? props.show(props.b.before) : "–"}</td> : null}
      {cell(props.a)}
      {cell(props.b)}
    </tr>
  );
}

export function Overlap() {
  const sum = overlap.value;
  if (!sum) return null;
  const same = sum.onlyA === 0 && sum.onlyB === 0;
  return (
    <p class="hint">
      {same
        ? differences.value.length === 0
          ? words.plan.pinned.same
          : words.plan.pinned.sameChannels
        : words.plan.pinned.overlap(sum.both, sum.onlyA, sum.onlyB)}
    </p>
  );
}
