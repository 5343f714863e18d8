// Builds the page into dist/: plain files with relative paths, for any static host.
import { compress } from "./compress.mjs";
import { main, must, npx, say } from "./lib.mjs";
import { setup } from "./setup.mjs";
import { wasm } from "./wasm.mjs";

export async function bundle() {
  await must(...npx("vite/bin/vite.js", "build"));
  await compress();
}

export async function build() {
  await setup();
  await wasm();
  await bundle();
}

await main(import.meta, async () => {
  await build();
  say("The page is in dist/.");
});
