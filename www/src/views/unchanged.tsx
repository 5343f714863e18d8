/** A search for the largest cut that changes no answer, and what it came to. */
import { percent, removedPercent } from "../lib/format";
import { pictures } from "../state/pictures";
import { working } from "../state/proof";
import { model, takesShare } from "../state/store";
import { type Attempt, findUnchanged, namesClasses, type Outcome, outcome, outcomeCurrent } from "../state/unchanged";
import { words } from "../words";

export function Unchanged() {
  const found = outcome.value;
  const fresh = outcomeCurrent.value;
  if (namesClasses.value === false) return <p class="hint">{words.unchanged.noClasses}</p>;
  return (
    <div class="unchanged">
      <button
        type="button"
        disabled={!model.value || pictures.value.length === 0}
        aria-disabled={working.value}
        onClick={() => void findUnchanged()}
      >
        {words.unchanged.find}
      </button>
      {/* Only what is new is news: an outcome that grows old is marked outside. */}
      <div role="status">{found && fresh ? <Found of={found} /> : null}</div>
      {found && !fresh ? (
        <>
          <p class="stale-note">{words.unchanged.stale}</p>
          <Found of={found} />
        </>
      ) : null}
      {found ? null : <p class="hint">{takesShare.value ? words.unchanged.restShare : words.unchanged.rest}</p>}
    </div>
  );
}

function Found({ of: { best, beyond, images, unread } }: { of: Outcome }) {
  const parts = [
    best ? words.unchanged.best(best.knob, removed(best), words.unchanged.all(images)) : words.unchanged.none,
    beyond ? beyondText(beyond) : best ? words.unchanged.noLarger : "",
    unread > 0 ? words.unchanged.unread(unread) : "",
    words.unchanged.few(images),
  ];
  return <p>{parts.filter(Boolean).join(" ")}</p>;
}

function removed({ macs }: Attempt): string {
  return words.unchanged.less(percent(removedPercent(macs)));
}

function beyondText(it: Attempt): string {
  if (!it.turned) return words.unchanged.refused(it.knob, removed(it), it.refused);
  const { picture, from, to } = it.turned;
  return words.unchanged.changes(it.knob, removed(it), picture.name, from, to);
}
