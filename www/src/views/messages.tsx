import type { Signal } from "@preact/signals";
import { alertText, noticeText } from "../state/store";
import { words } from "../words";
import { Offered } from "./offered";

/** Errors and news, one sentence each, above the page rather than pushing it down. */
export function Messages() {
  return (
    <div class="messages">
      <Offered />
      {alertText.value ? (
        <div class="message bad">
          <p role="alert">{alertText.value}</p>
          <Close of={alertText} />
        </div>
      ) : null}
      {noticeText.value ? (
        <div class="message">
          <p aria-live="polite">{noticeText.value}</p>
          <Close of={noticeText} />
        </div>
      ) : null}
    </div>
  );
}

function Close({ of }: { of: Signal<string> }) {
  const close = () => {
    of.value = "";
  };
  return (
    <button type="button" class="quiet" aria-label={words.page.dismiss} onClick={close}>
      ×
    </button>
  );
}
