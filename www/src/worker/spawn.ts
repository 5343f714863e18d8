/**
 * Starts a worker, and hands it the core. In the one-file page there is no address to start it from: its code stands in
 * the document as text (see scripts/standalone.mjs).
 */
import { coreModule } from "./core-module";
import type { NoCore } from "./ready";

const addresses = new Map<string, string>();

/**
 * `name` is that of the worker's file without its ending; `byAddress` is the ordinary way to start it. Without `core`
 * it is a worker that does not use the wasm.
 */
export function spawn(name: string, byAddress: () => Worker, core = true): Worker {
  const code = globalThis.document?.querySelector(`script[data-worker="${name}"]`)?.textContent;
  const worker = code ? new Worker(addressOf(name, code)) : byAddress();
  if (core) {
    const none = (error: unknown) => ({ noCore: error instanceof Error ? error.message : String(error) }) as NoCore;
    coreModule().then(
      (module) => worker.postMessage(module),
      (error) => worker.postMessage(none(error)),
    );
  }
  return worker;
}

function addressOf(name: string, code: string): string {
  const address = addresses.get(name) ?? URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  addresses.set(name, address);
  return address;
}
