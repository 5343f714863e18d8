// Which licences and sources are let in. deny.toml says it, for cargo-deny and for this.
import { readFileSync } from "node:fs";
import { parse } from "smol-toml";
import satisfies from "spdx-satisfies";
import { at } from "../lib.mjs";

const CRATES_IO = "registry+https://github.com/rust-lang/crates.io-index";

const licenses = () => parse(readFileSync(at("deny.toml"), "utf8")).licenses;

export const policy = () => licenses().allow;

/** Licences that one crate alone may have. */
const exceptions = (name) => (licenses().exceptions ?? []).filter((it) => it.crate === name).flatMap((it) => it.allow);

/** One sentence for each work that may not be in the program. */
export function refused(works, allow) {
  return works.flatMap(({ kind, name, version, licence, source }) => {
    const who = `${kind} ${name} ${version}`;
    if (!licence) return [`${who} names no licence.`];
    if (!allowed(licence, allow) && !exceptions(name).includes(licence))
      return [`${who}: deny.toml does not allow ${licence}.`];
    return kind === "crate" && source !== CRATES_IO ? [`${who} is not from crates.io: ${source}.`] : [];
  });
}

function allowed(licence, allow) {
  try {
    return satisfies(licence, allow);
  } catch {
    // Not an expression of known licences.
    return false;
  }
}
