/** Presenter mode is a matter of styles; the document says that it is on. */
import { effect } from "@preact/signals";
import { presenting } from "./store";

export function showPresenting(): void {
  effect(() => {
    document.documentElement.classList.toggle("presenting", presenting.value);
  });
}
