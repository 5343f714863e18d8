// The licence check refuses what it should, and the list names what ships and nothing else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { shippedCrates, shippedPackages } from "./inventory.mjs";
import { policy, refused } from "./policy.mjs";
import { thirdParty } from "./text.mjs";

const source = "registry+https://github.com/rust-lang/crates.io-index";
const crate = { kind: "crate", name: "a", version: "1.0.0", licence: "MIT", source };
const said = (change) => refused([{ ...crate, ...change }], policy());

test("a licence is read as an expression", () => {
  assert.deepEqual(said({}), []);
  assert.deepEqual(said({ licence: "GPL-3.0-only OR MIT" }), []);
  assert.match(said({ licence: "GPL-3.0-only" })[0], /^crate a 1\.0\.0: .*GPL-3\.0-only/);
  assert.match(said({ licence: "MIT AND GPL-2.0-only" })[0], /does not allow/);
  assert.match(said({ licence: "do what you like" })[0], /does not allow/);
  assert.match(said({ licence: undefined })[0], /names no licence/);
});

test("a crate comes from crates.io", () => {
  assert.match(said({ source: "git+https://example.org/a" })[0], /not from crates\.io/);
});

test("what ships is listed with its text, what only builds is not", () => {
  const text = thirdParty();
  const [head] = text.split("-".repeat(100));
  const works = [...shippedCrates(), ...shippedPackages()];
  assert.ok(works.length > 100, `${works.length} works`);
  for (const { name, version } of works) assert.ok(head.includes(`\n${name} ${version} (`), name);
  for (const name of ["tract-onnx", "preact", "IBM Plex Sans", "Rust standard library"]) assert.ok(head.includes(name));
  for (const name of ["vite", "playwright-core", "syn", "lexopt"]) assert.ok(!head.includes(`\n${name} `), name);
  for (const words of ["SIL OPEN FONT LICENSE", "TERMS AND CONDITIONS FOR USE", "Jason Miller"]) {
    assert.ok(text.includes(words), words);
  }
  for (const [, numbers] of head.matchAll(/\[([\d, ]+)\]$/gm)) {
    for (const number of numbers.split(", ")) assert.ok(text.includes(`\n[${number}]\n`), number);
  }
});
