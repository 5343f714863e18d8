/** What both ways of removing do to the answers on one image. */
import { useEffect } from "preact/hooks";
import { value } from "../lib/format";
import { pictures } from "../state/pictures";
import { drag } from "../state/store";
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
          name="Remove"
          value={scope.value}
          options={[
            ["channel", "only this channel"],
            ["plan", `all the plan removes${removedCount()}`],
          ]}
          onChoose={(it) => {
            scope.value = it;
          }}
        />
        <Choice
          name="Image"
          value={String(picture.value?.id ?? "")}
          options={
            none ? [["", "none yet"]] : pictures.value.slice(0, LISTED).map((it) => [String(it.id), it.name] as const)
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
            {effectBusy.value ? "Running…" : "See the logits move"}
          </button>
        )}
      </div>
      {effectError.value ? <p class="because">{effectError.value}</p> : null}
      {shown ? <Logits effect={shown} /> : null}
    </div>
  );
}

function removedCount(): string {
  const cut = drag.value?.preview.channels;
  return cut ? ` (${cut.before - cut.after})` : "";
}

function Logits({ effect }: { effect: Effect }) {
  const { original, bare, folded } = effect;
  const classes = mainClasses(effect);
  const [lost, left] = [largestChange(original, bare), largestChange(original, folded)];
  const scale = Math.max(lost, left, 1e-12);
  return (
    <div class={effectCurrent.value ? "" : "stale"}>
      <p>
        Largest change of any output: <strong>{value(lost)}</strong> when nothing is said,{" "}
        <strong>{value(left)}</strong> with the fold ({foldsWith.value}).
        {effectCurrent.value ? "" : " These are of an earlier choice."}
      </p>
      {classes.length > 0 ? (
        <table class="logits">
          <caption class="hidden">Logits</caption>
          <thead>
            <tr>
              <th scope="col">output</th>
              <th scope="col">original</th>
              <th scope="col">cut, nothing said</th>
              <th scope="col">cut and folded</th>
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
        <p class="hint">
          On this image the channel was pinned nearly everywhere, as P says: removing it hardly shows. Try all that the
          plan removes.
        </p>
      ) : left > lost ? (
        <p class="hint">
          On this image the fold is the worse of the two: the constant is right where the channel is pinned, and this
          image is one where it is not.
        </p>
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
        <i style={{ left: `${by < 0 ? 50 - width : 50}%`, width: `${width}%` }} />
      </span>
      {by > 0 ? "+" : ""}
      {value(by)}
    </td>
  );
}
