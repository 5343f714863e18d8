// Compiles the core to WebAssembly and writes its bindings to www/src/wasm: core_relaxed_bg.wasm as compiled, for
// browsers with relaxed SIMD, and core_bg.wasm, made from it, for all others, for Node and for packages.
import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { at, main, mtime, must, say } from "./lib.mjs";
import { bindgen, packages, rust, wasmBindgen } from "./setup.mjs";

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
const relaxed = at("www", "src", "wasm", "core_relaxed_bg.wasm");

export async function wasm() {
  await must("cargo", ["build", ...cargoWasm]);
  if (mtime(bound) < Math.max(mtime(compiled), mtime(bindgen))) {
    const options = ["--target", "web", "--out-name", "core", "--remove-name-section"];
    await must(bindgen, [...options, "--out-dir", folder, compiled]);
    renameSync(bound, relaxed);
    // This file is read before the npm packages are there.
    await packages();
    const { lowered } = await import("./lower-simd.mjs");
    writeFileSync(bound, lowered(readFileSync(relaxed)));
  }
  say(`www/src/wasm/core_bg.wasm: ${(statSync(bound).size / 1e6).toFixed(2)} MB`);
}

await main(import.meta, async () => {
  await rust();
  await wasmBindgen();
  await wasm();
});
