// The npm package: what stands in www/package, the core and its types, packed as one file in target/npm.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { at, main, must, say } from "./lib.mjs";
import { thirdParty } from "./licences/text.mjs";
import { rust, wasmBindgen } from "./setup.mjs";
import { wasm } from "./wasm.mjs";

const source = at("www", "package");
const core = at("www", "src", "wasm");
const folder = at("target", "npm", "channel-pruning");

/** Writes the package and gives the path of its archive. The core has to be compiled already. */
export async function npmPackage() {
  rmSync(path.dirname(folder), { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(source)) copyFileSync(path.join(source, name), path.join(folder, name));
  for (const name of ["core.js", "core.d.ts", "core_bg.wasm"])
    copyFileSync(path.join(core, name), path.join(folder, name));
  for (const name of ["LICENSE", "LICENSE-MIT", "LICENSE-APACHE"]) copyFileSync(at(name), path.join(folder, name));
  writeFileSync(path.join(folder, "third-party-licences.txt"), thirdParty());
  const { version, license, engines } = JSON.parse(readFileSync(at("package.json"), "utf8"));
  const description = {
    name: "channel-pruning",
    version,
    description: "Channel pruning of ONNX image networks: smaller files without training",
    license,
    engines,
    type: "module",
    sideEffects: false,
    exports: { ".": { types: "./index.d.ts", default: "./index.js" } },
    files: ["*.js", "*.d.ts", "*.wasm", "LICENSE*", "third-party-licences.txt", "README.md"],
    keywords: ["onnx", "pruning", "compression", "wasm", "mobilenet"],
  };
  writeFileSync(path.join(folder, "package.json"), `${JSON.stringify(description, null, 2)}\n`);
  const pack = ["pack", folder, "--silent", "--pack-destination", path.dirname(folder)];
  await must("npm", pack, { shell: process.platform === "win32" });
  const archive = readdirSync(path.dirname(folder)).find((name) => name.endsWith(".tgz"));
  return path.join(path.dirname(folder), archive);
}

await main(import.meta, async () => {
  await rust();
  await wasmBindgen();
  await wasm();
  say(await npmPackage());
});
