/** The button that saves the pruned file. */
import { working } from "../state/proof";
import { downloadPruned } from "../state/saving";
import { live, model } from "../state/store";
import { words } from "../words";

export function Download({ class: look }: { class: string }) {
  return (
    <button
      type="button"
      class={`primary ${look}`}
      disabled={!model.value}
      aria-disabled={working.value || !live.drag.value}
      onClick={downloadPruned}
    >
      {words.proof.download}
    </button>
  );
}
