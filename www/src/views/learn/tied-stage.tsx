/** Two layers whose channels are tied: mark what is useless, and see what may go. */
import { channelStates, EACH, type Tie } from "../../lib/story";
import { guessed, useless } from "../../state/learn";
import { words } from "../../words";

const said = words.learn.tied;

export function TiedStage({ tie }: { tie: Tie }) {
  const all = channelStates(useless.value, tie);
  // What becomes of them is the answer.
  const answered = guessed.value !== null;
  const count = (what: string) => all.filter((it) => it === what).length;
  return (
    <div class={`tryout tied-stage ${tie}`}>
      <Side tie={tie} which={0} />
      <p class="tied-by" aria-hidden="true">
        {said.by[tie]}
      </p>
      <Side tie={tie} which={1} />
      <p class="try-verdict" aria-live="polite">
        {answered ? (
          <>
            <strong>{said.removed(count("removed"))}</strong> {said.withheld(count("withheld"))}
          </>
        ) : (
          said.marked(useless.value.size)
        )}
      </p>
    </div>
  );
}

function Side({ tie, which }: { tie: Tie; which: 0 | 1 }) {
  const all = channelStates(useless.value, tie);
  const answered = guessed.value !== null;
  const name = said.sides[tie][which];
  return (
    <fieldset class="tied-side" aria-label={name}>
      <legend>{name}</legend>
      {Array.from({ length: EACH }, (_, i) => which * EACH + i).map((it) => {
        const marked = useless.value.has(it);
        return (
          <button
            key={it}
            type="button"
            class={answered ? all[it] : marked ? "marked" : "kept"}
            aria-pressed={marked}
            aria-label={said.channel((it % EACH) + 1, answered && marked ? said.states[all[it]!] : "")}
            aria-disabled={!answered}
            onClick={() => {
              if (!answered) return;
              const next = new Set(useless.peek());
              if (!next.delete(it)) next.add(it);
              useless.value = next;
            }}
          >
            {(it % EACH) + 1}
          </button>
        );
      })}
    </fieldset>
  );
}
