/** Presenter mode is a matter of styles; the document says that it is on. */
import { effect } from "@preact/signals";
import { screen } from "./store";

export function showPresenting(): void {
  effect(() => {
    document.documentElement.classList.toggle("presenting", screen.presenting.value);
  });
}
