// Compiles the core to WebAssembly and writes its bindings to www/src/wasm.
import { statSync } from "node:fs";
import { at, main, mtime, must, say } from "./lib.mjs";
import { bindgen, rust, wasmBindgen } from "./setup.mjs";

export const cargoWasm = [
  "--locked",
  "--lib",
  "--profile",
  "wasm",
  "--target",
  "wasm32-unknown-unknown",
  "--no-default-features",
];

const compiled = at("target", "wasm32-unknown-unknown", "wasm", "channel_pruning.wasm");
const folder = at("www", "src", "wasm");
const bound = at("www", "src", "wasm", "core_bg.wasm");

export async function wasm() {
  await must("cargo", ["build", ...cargoWasm]);
  if (mtime(bound) < Math.max(mtime(compiled), mtime(bindgen))) {
    const options = ["--target", "web", "--out-name", "core", "--remove-name-section"];
    await must(bindgen, [...options, "--out-dir", folder, compiled]);
  }
  say(`www/src/wasm/core_bg.wasm: ${(statSync(bound).size / 1e6).toFixed(2)} MB`);
}

await main(import.meta, async () => {
  await rust();
  await wasmBindgen();
  await wasm();
});
