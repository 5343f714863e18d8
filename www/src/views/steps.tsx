import { redo, steps, undo } from "../state/history";
import { differing, type Settings } from "../state/settings";
import { words } from "../words";

/** Back and forth through the plans that were tried on this network. */
export function Steps() {
  const { now, undo: back, redo: forth } = steps.value;
  return (
    <div class="steps">
      <StepButton
        name={words.page.undo}
        keys={words.page.undoKeys}
        icon="M5 3 1.5 6.5 5 10M2 6.5h7a3.5 3.5 0 0 1 0 7H6"
        from={now}
        to={back}
        onStep={undo}
      />
      <StepButton
        name={words.page.redo}
        keys={words.page.redoKeys}
        icon="M11 3l3.5 3.5L11 10M14 6.5H7a3.5 3.5 0 0 0 0 7h3"
        from={now}
        to={forth}
        onStep={redo}
      />
    </div>
  );
}

function StepButton(props: {
  name: string;
  keys: string;
  icon: string;
  from: Settings;
  to: Settings | null;
  onStep: () => void;
}) {
  const { name, from, to } = props;
  const change = to && words.choices.settingsChange(from, to, differing(from, to));
  return (
    <button
      type="button"
      class="quiet icon"
      aria-label={name}
      title={words.page.step(name, change, props.keys)}
      // Not disabled: a button that goes away under the finger takes the focus with it.
      aria-disabled={to === null}
      onClick={props.onStep}
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path d={props.icon} />
      </svg>
    </button>
  );
}
