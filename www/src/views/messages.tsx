import type { Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { alertText, noticeText } from "../state/store";
import { words } from "../words";
import { Offered } from "./offered";

/** How long news stays: some seconds, and the time it takes to read it. */
const LEAST_MS = 8000;
const READING_MS = 70;

/** Errors and news, one sentence each, above the page rather than pushing it down. */
export function Messages() {
  useEscape();
  return (
    <div class="messages">
      <Offered />
      {alertText.value ? (
        <div class="message bad">
          <p role="alert">{alertText.value}</p>
          <Close of={alertText} />
        </div>
      ) : null}
      {noticeText.value ? <News text={noticeText.value} /> : null}
    </div>
  );
}

/** Goes away by itself, but not while somebody is on it. */
function News({ text }: { text: string }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let timer = 0;
    const wait = () => {
      timer = window.setTimeout(
        () => {
          if (box.current?.matches(":hover, :focus-within")) wait();
          else if (noticeText.peek() === text) noticeText.value = "";
        },
        LEAST_MS + READING_MS * text.length,
      );
    };
    wait();
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div class="message" ref={box}>
      <p aria-live="polite">{text}</p>
      <Close of={noticeText} />
    </div>
  );
}

/** Escape closes an error where nothing else was to be closed. */
function useEscape(): void {
  useEffect(() => {
    const close = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) alertText.value = "";
    };
    window.addEventListener("keydown", close);
    return () => window.removeEventListener("keydown", close);
  }, []);
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
