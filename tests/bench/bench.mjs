// `npm run bench`: every measurement of this folder, as Markdown.
import { main, say } from "../../scripts/lib.mjs";
import { wasmBindgen } from "../../scripts/setup.mjs";
import { wasm } from "../../scripts/wasm.mjs";
import { engines } from "./engines.mjs";
import { evaluate } from "./evaluate.mjs";
import { growth } from "./growth.mjs";

await main(import.meta, async () => {
  await wasmBindgen();
  await wasm();
  await engines();
  say("");
  await growth();
  say("");
  await evaluate();
});
