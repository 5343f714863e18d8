/** How a worker comes by the core: the page hands it over (see core-module.ts). */
import init from "../wasm/core";

/** What a worker is sent where there is no core to hand over. */
export interface NoCore {
  noCore: string;
}

const isNone = (data: unknown): data is NoCore => typeof data === "object" && data !== null && "noCore" in data;

export function coreReady(): Promise<unknown> {
  return new Promise<WebAssembly.Module>((resolve, reject) => {
    self.addEventListener("message", function take(event: MessageEvent) {
      const sent: unknown = event.data;
      if (!(sent instanceof WebAssembly.Module || isNone(sent))) return;
      self.removeEventListener("message", take);
      // Calls wait in the same mailbox, and this is none.
      event.stopImmediatePropagation();
      if (isNone(sent)) reject(sent.noCore);
      else resolve(sent);
    });
  }).then((module) => init({ module_or_path: module }));
}
