/** How a worker comes by the core: it fetches the wasm, or, in the one-file page, is handed it. */
import init from "../wasm/core";
import { HANDED } from "./handed";

export function coreReady(): Promise<unknown> {
  if (self.name !== HANDED) return init();
  return new Promise<WebAssembly.Module>((resolve) => {
    self.addEventListener("message", function take(event: MessageEvent) {
      if (!(event.data instanceof WebAssembly.Module)) return;
      self.removeEventListener("message", take);
      // Calls wait in the same mailbox, and this is none.
      event.stopImmediatePropagation();
      resolve(event.data);
    });
  }).then((module) => init({ module_or_path: module }));
}
