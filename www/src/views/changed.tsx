import { change } from "../state/changes";
import { undo } from "../state/history";
import { words } from "../words";

/** What moved the plan though nobody moved its controls, with the way back. */
export function Changed() {
  const it = change.value;
  return (
    <p class="hint changed" role="status">
      {it ? it.text : null}{" "}
      {it?.undoable ? (
        <button type="button" class="link" onClick={undo}>
          {words.page.revert}
        </button>
      ) : null}
    </p>
  );
}
