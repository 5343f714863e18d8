/**
 * Starts a worker. In the one-file page there is no address to start it from: its code stands in the document as
 * text, and the page compiles the wasm once and hands it over (see scripts/standalone.mjs, and ready.ts for the
 * other end).
 */
import { fetchOwn } from "../lib/own-files";
import { HANDED } from "./handed";

const addresses = new Map<string, string>();
let compiled: Promise<WebAssembly.Module> | null = null;

function wasm(): Promise<WebAssembly.Module> {
  compiled ??= fetchOwn("core.wasm").then(async (it) => WebAssembly.compile(await it.arrayBuffer()));
  return compiled;
}

/**
 * `name` is that of the worker's file without its ending; `byAddress` is the ordinary way to start it. Without `core`
 * it is a worker that does not use the wasm.
 */
export function spawn(name: string, byAddress: () => Worker, core = true): Worker {
  const code = globalThis.document?.querySelector(`script[data-worker="${name}"]`)?.textContent;
  if (!code) return byAddress();
  const address = addresses.get(name) ?? URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  addresses.set(name, address);
  const worker = new Worker(address, { name: HANDED });
  if (core) wasm().then((module) => worker.postMessage(module));
  return worker;
}
