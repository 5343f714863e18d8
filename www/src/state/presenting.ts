/** Presenter mode is a matter of styles; the document says that it is on. Escape leaves it. */
import { effect } from "@preact/signals";
import { screen } from "./store";

export function showPresenting(): void {
  effect(() => {
    document.documentElement.classList.toggle("presenting", screen.presenting.value);
  });
  // In full screen the browser takes Escape for itself.
  document.addEventListener("fullscreenchange", () => {
    if (!document.fullscreenElement) screen.presenting.value = false;
  });
  window.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || screen.reporting.peek()) return;
    screen.presenting.value = false;
  });
}
