/** Fewer MACs and more time: what was measured, as bars, and the limit that mends it. */
import { guessed } from "../../state/learn";
import { controls } from "../../state/store";
import { words } from "../../words";

const said = words.learn.times;
/** Milliseconds with onnxruntime 1.32 on one core; docs/cli.md has the measurement. */
const MEASURED = [0.53, 1.29, 0.54, 0.43] as const;
const LONGEST = 1.4;
const EIGHT = 8;

export function TimesStage() {
  const answered = guessed.value !== null;
  const eights = controls.multiple.value === EIGHT;
  const shown = MEASURED.map((_, i) => i === 0 || (answered && (i === 1 || eights)));
  const here = eights ? 2 : 1;
  return (
    <div class="tryout times-stage">
      <dl>
        {MEASURED.map((it, i) => (
          <div key={it} class={i === here ? "here" : ""}>
            <dt>{said.rows[i]}</dt>
            <dd>
              <i style={{ width: `${shown[i] ? (100 * it) / LONGEST : 0}%` }} />
              <span>{shown[i] ? said.ms(it.toFixed(2)) : "?"}</span>
            </dd>
          </div>
        ))}
      </dl>
      <button
        type="button"
        aria-pressed={eights}
        aria-disabled={!answered}
        onClick={() => {
          if (answered) controls.multiple.value = eights ? 1 : EIGHT;
        }}
      >
        {said.eights}
      </button>
    </div>
  );
}
