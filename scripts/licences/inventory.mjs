// What others wrote and the page ships: the crates in the wasm and the npm packages in the bundle, with their licence texts.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { at, capture, Stop } from "../lib.mjs";

const TEXT = /^(licen[cs]e|copying|notice|unlicense|copyright)/i;

/** Every crate that the lock file may bring in, on any system. */
export function crates(...filter) {
  const said = capture("cargo", ["metadata", "--locked", "--format-version", "1", ...filter]);
  if (said === null) throw new Stop("`cargo metadata --locked` failed: run it to see why.");
  return JSON.parse(said);
}

/** `MIT/Apache-2.0` is how a choice was written once. */
const expression = (licence) => licence?.replaceAll("/", " OR ");

export const ofCrate = ({ name, version, license, source, repository }) => ({
  kind: "crate",
  name,
  version,
  licence: expression(license),
  source,
  repository: repository?.replace(/\.git$/, ""),
});

/** The licence texts in a package's folder: whole files, in a fixed order. */
function texts(folder) {
  const names = readdirSync(folder, { withFileTypes: true }).filter((it) => it.isFile() && TEXT.test(it.name));
  return names
    .map((it) => it.name)
    .filter((name) => !/\.(rs|m?js|ts)$/.test(name))
    .sort()
    .map((name) => readFileSync(path.join(folder, name), "utf8").replaceAll("\r", "").trim());
}

/** Crates that are compiled into the wasm: no build tools, no macros, no tests. */
export function shippedCrates() {
  // `cargo metadata` adds up what every member of the workspace asks of a crate; the tree is of this one build.
  const what = ["-p", "channel-pruning", "--no-default-features", "--target", "wasm32-unknown-unknown"];
  const how = ["-e", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"];
  const said = capture("cargo", ["tree", "--locked", ...what, ...how]);
  if (said === null) throw new Stop("`cargo tree --locked` failed: run it to see why.");
  const named = (name, version) => `${name} ${version}`;
  const shipped = new Set([...said.matchAll(/^(\S+) v(\S+)/gm)].map(([, name, version]) => named(name, version)));
  const { packages } = crates("--filter-platform", "wasm32-unknown-unknown");
  const found = packages
    .filter((it) => it.source !== null && shipped.has(named(it.name, it.version)))
    .map((it) => ({ ...ofCrate(it), texts: texts(path.dirname(it.manifest_path)) }));
  // A crate that was published without its text has that of its repository, which the crates beside it carry.
  for (const it of found) {
    if (it.texts.length > 0) continue;
    const beside = found.find((other) => other.repository === it.repository && other.texts.length > 0);
    it.texts = beside?.texts ?? [];
  }
  return found;
}

/** npm packages that the page needs to run; what builds and tests it is left out. */
export function shippedPackages() {
  const { packages } = JSON.parse(readFileSync(at("package-lock.json"), "utf8"));
  return Object.entries(packages)
    .filter(([place, it]) => place !== "" && !it.dev && !it.devOptional && existsSync(at(place)))
    .map(([place, { version, license }]) => ({
      kind: "npm package",
      name: place.replace(/^.*node_modules\//, ""),
      version,
      licence: expression(license),
      texts: texts(at(place)),
    }));
}

/** What no package manager lists. */
export function shippedBeside() {
  const rust = capture("rustc", ["--version"])?.split(" ")[1] ?? "";
  const read = (...file) => readFileSync(at(...file), "utf8").trim();
  return [
    {
      kind: "fonts",
      name: "IBM Plex Sans and IBM Plex Mono",
      version: "",
      licence: "OFL-1.1",
      texts: [read("www", "public", "fonts-LICENSE.txt")],
    },
    {
      kind: "library of the compiler",
      name: "Rust standard library",
      version: rust,
      licence: "MIT OR Apache-2.0",
      texts: [read("LICENSE-APACHE")],
    },
  ];
}
