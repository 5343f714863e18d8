/** A worker of this name waits for its wasm instead of fetching it. */
export const HANDED = "wasm handed over";
