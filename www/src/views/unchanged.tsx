/** A search for the largest cut that changes no answer, and what it came to. */
import { percent, removedPercent } from "../lib/format";
import { pictures } from "../state/pictures";
import { working } from "../state/proof";
import { model, takesShare } from "../state/store";
import { type Attempt, findUnchanged, namesClasses, type Outcome, outcome, outcomeCurrent } from "../state/unchanged";
import { words } from "../words";

const t = words.unchanged;

export function Unchanged() {
  const found = outcome.value;
  const fresh = outcomeCurrent.value;
  if (namesClasses.value === false) return <p class="hint">{t.noClasses}</p>;
  return (
    <div class="unchanged">
      <button
        type="button"
        disabled={!model.value || pictures.value.length === 0}
        aria-disabled={working.value}
        onClick={() => void findUnchanged()}
      >
        {t.find}
      </button>
      {/* Only what is new is news: an outcome that grows old is marked outside. */}
      <div role="status">{found && fresh ? <Found of={found} /> : null}</div>
      {found && !fresh ? (
        <>
          <p class="stale-note">{t.stale}</p>
          <Found of={found} />
        </>
      ) : null}
      {found ? null : <p class="hint">{takesShare.value ? t.restShare : t.rest}</p>}
    </div>
  );
}

function Found({ of: { best, beyond, images, unread } }: { of: Outcome }) {
  const parts = [
    best ? t.best(best.knob, removed(best), t.all(images)) : t.none,
    beyond ? beyondText(beyond) : best ? t.noLarger : "",
    unread > 0 ? t.unread(unread) : "",
    t.few(images),
  ];
  return <p>{parts.filter(Boolean).join(" ")}</p>;
}

function removed({ macs }: Attempt): string {
  return t.less(percent(removedPercent(macs)));
}

function beyondText(it: Attempt): string {
  if (!it.turned) return t.refused(it.knob, removed(it), it.refused);
  const { picture, from, to } = it.turned;
  return t.changes(it.knob, removed(it), picture.name, from, to);
}
