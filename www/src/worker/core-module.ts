/**
 * The core's wasm: fetched and compiled once, here in the page, and handed to every worker (see ready.ts for the other
 * end). Workers that compiled it for themselves would each take the time and the memory for it again.
 *
 * There are two: the faster one has relaxed SIMD instructions, which not every browser knows (see scripts/wasm.mjs).
 */
import { relaxedSimd } from "wasm-feature-detect";
import { fetchOwn, isInside } from "../lib/own-files";
import plain from "../wasm/core_bg.wasm?url";
import relaxed from "../wasm/core_relaxed_bg.wasm?url";

/** The wasm inside the one-file page. */
const INSIDE = "core.wasm";

export type OnLoaded = (bytes: number, of: number) => void;

let compiled: Promise<WebAssembly.Module> | null = null;
let listener: OnLoaded | null = null;

/** Calls `heard` as the wasm comes in, if it has to come over the network. */
export function watchCore(heard: OnLoaded): void {
  listener = heard;
}

export function coreModule(): Promise<WebAssembly.Module> {
  compiled ??= load().catch((error) => {
    // The next worker tries again.
    compiled = null;
    throw error;
  });
  return compiled;
}

async function load(): Promise<WebAssembly.Module> {
  const address = (await relaxedSimd()) ? relaxed : plain;
  const response = isInside(INSIDE) ? await fetchOwn(INSIDE) : await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  // A page that has been here before has the file, and the browser what it made of it: it takes the response as it is.
  const known = isInside(INSIDE) || navigator.serviceWorker?.controller;
  const streamed = known ? response : counted(response);
  // Some hosts do not know the type of the file.
  const typed = streamed.headers.get("content-type") === "application/wasm";
  return typed ? WebAssembly.compileStreaming(streamed) : WebAssembly.compile(await streamed.arrayBuffer());
}

function counted(response: Response): Response {
  if (!response.body) return response;
  let bytes = 0;
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      listener?.(bytes, CORE_BYTES);
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(count), { headers: response.headers });
}
