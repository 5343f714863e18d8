/** What both ways of removing do to the answers on one image. */

import { useEffect } from "preact/hooks";
import { value } from "../lib/format";
import { pictures } from "../state/pictures";
import { live } from "../state/store";
import {
  type Effect,
  effectBusy,
  effectCurrent,
  effectError,
  effectKey,
  effectShown,
  foldsWith,
  largestChange,
  mainClasses,
  picture,
  pictureId,
  type Scope,
  scope,
  showEffect,
} from "../state/trials";
import { words } from "../words";
import { Marked } from "./marked";
import { Choice } from "./parts";

/** A drag should not start a run at every step. */
const REST_MS = 500;
/** Images to choose from; a longer list would only be scrolled through. */
const LISTED = 100;

/** `wanted`: the step that is shown is about the answers, so run without being asked. */
export function EffectView({ wanted, possible }: { wanted: boolean; possible: boolean }) {
  const key = effectKey.value;
  const allowed = possible || scope.value === "plan";
  useEffect(() => {
    if (!wanted || !allowed || effectCurrent.peek()) return;
    const timer = setTimeout(() => void showEffect(), REST_MS);
    return () => clearTimeout(timer);
  }, [wanted, allowed, key]);
  const shown = effectShown.value;
  const none = pictures.value.length === 0;
  return (
    <div class="effect">
      <div class="row effect-asks">
        <Choice<Scope>
          name={words.cases.effect.remove}
          value={scope.value}
          options={[
            ["channel", words.cases.effect.onlyThis],
            ["plan", words.cases.effect.wholePlan(removedCount())],
          ]}
          onChoose={(it) => {
            scope.value = it;
          }}
        />
        <Choice
          name={words.cases.effect.image}
          value={String(picture.value?.id ?? "")}
          options={
            none
              ? [["", words.cases.effect.noImage]]
              : pictures.value.slice(0, LISTED).map((it) => [String(it.id), it.name] as const)
          }
          onChoose={(it) => {
            pictureId.value = Number(it);
          }}
        />
        {effectCurrent.value ? null : (
          <button
            type="button"
            disabled={none || !allowed}
            aria-disabled={effectBusy.value}
            onClick={() => void showEffect()}
          >
            {effectBusy.value ? words.cases.effect.running : words.cases.effect.run}
          </button>
        )}
      </div>
      <div class="effect-shown">
        {effectError.value ? <p class="because">{effectError.value}</p> : null}
        {shown ? <Logits effect={shown} /> : null}
      </div>
    </div>
  );
}

function removedCount(): number | null {
  const cut = live.drag.value?.preview.channels;
  return cut ? cut.before - cut.after : null;
}

function Logits({ effect }: { effect: Effect }) {
  const { original, bare, folded } = effect;
  const classes = mainClasses(effect);
  const [lost, left] = [largestChange(original, bare), largestChange(original, folded)];
  const scale = Math.max(lost, left, 1e-12);
  return (
    <div class={effectCurrent.value ? "" : "stale"}>
      <p>
        <Marked text={words.cases.effect.largest(value(lost), value(left), foldsWith.value)} />
        {effectCurrent.value ? "" : ` ${words.cases.effect.stale}`}
      </p>
      {classes.length > 0 ? (
        <table class="logits">
          <caption class="hidden">{words.cases.effect.logits}</caption>
          <thead>
            <tr>
              <th scope="col">{words.cases.effect.output}</th>
              <th scope="col">{words.cases.effect.original}</th>
              <th scope="col">{words.cases.effect.bare}</th>
              <th scope="col">{words.cases.effect.folded}</th>
            </tr>
          </thead>
          <tbody>
            {classes.map(({ index, label }) => (
              <tr key={index}>
                <th scope="row" title={label}>
                  {label}
                </th>
                <td>{value(original.scores[index] ?? 0)}</td>
                <Moved by={(bare.scores[index] ?? 0) - (original.scores[index] ?? 0)} scale={scale} kind="missing" />
                <Moved by={(folded.scores[index] ?? 0) - (original.scores[index] ?? 0)} scale={scale} kind="folded" />
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
      {Math.max(lost, left) < 1e-3 ? (
        <p class="hint">{words.cases.effect.hardlyShows}</p>
      ) : left > lost ? (
        <p class="hint">{words.cases.effect.foldWorse}</p>
      ) : null}
    </div>
  );
}

/** A change as a number and as a bar from the middle. */
function Moved({ by, scale, kind }: { by: number; scale: number; kind: string }) {
  const width = Math.min(50, (50 * Math.abs(by)) / scale);
  return (
    <td class={`moved moved-${kind}`}>
      <span class="swing" aria-hidden="true">
        {by === 0 ? null : <i style={{ left: `${by < 0 ? 50 - width : 50}%`, width: `${width}%` }} />}
      </span>
      {by > 0 ? "+" : ""}
      {value(by)}
    </td>
  );
}
