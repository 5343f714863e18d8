/** A search for the largest cut that changes no answer, and what it came to. */
import { percent, removedPercent } from "../lib/format";
import { pictures } from "../state/pictures";
import { working } from "../state/proof";
import { model, takesShare } from "../state/store";
import { type Attempt, findUnchanged, namesClasses, type Outcome, outcome, outcomeCurrent } from "../state/unchanged";
import { UNCHANGED } from "../words/unchanged";

export function Unchanged() {
  const found = outcome.value;
  const fresh = outcomeCurrent.value;
  if (namesClasses.value === false) return <p class="hint">{UNCHANGED.noClasses}</p>;
  return (
    <div class="unchanged">
      <button
        type="button"
        disabled={!model.value || pictures.value.length === 0}
        aria-disabled={working.value}
        onClick={() => void findUnchanged()}
      >
        {UNCHANGED.find}
      </button>
      {/* Only what is new is news: an outcome that grows old is marked outside. */}
      <div role="status">{found && fresh ? <Found of={found} /> : null}</div>
      {found && !fresh ? (
        <>
          <p class="stale-note">{UNCHANGED.stale}</p>
          <Found of={found} />
        </>
      ) : null}
      {found ? null : <p class="hint">{takesShare.value ? UNCHANGED.restShare : UNCHANGED.rest}</p>}
    </div>
  );
}

function Found({ of: { best, beyond, images, unread } }: { of: Outcome }) {
  const parts = [
    best ? UNCHANGED.best(best.knob, removed(best), UNCHANGED.all(images)) : UNCHANGED.none,
    beyond ? beyondText(beyond) : best ? UNCHANGED.noLarger : "",
    unread > 0 ? UNCHANGED.unread(unread) : "",
    UNCHANGED.few(images),
  ];
  return <p>{parts.filter(Boolean).join(" ")}</p>;
}

function removed({ macs }: Attempt): string {
  return `−${percent(removedPercent(macs))}`;
}

function beyondText(it: Attempt): string {
  if (!it.turned) return UNCHANGED.refused(it.knob, removed(it), it.refused);
  const { picture, from, to } = it.turned;
  return UNCHANGED.changes(it.knob, removed(it), picture.name, from, to);
}
