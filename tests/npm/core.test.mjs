// The core's two forms, with relaxed SIMD and without (scripts/lower-simd.mjs), answer as the command line does.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { lowered } from "../../scripts/lower-simd.mjs";
import { withPage } from "../bench/page.mjs";
import { prune, pruneJson, samples, scratch } from "../oracle/lib/prune.mjs";

const noBrowser = process.env.CHROMIUM ? false : "CHROMIUM names no browser";

/** A module whose function takes three vectors from memory, at 0, 16 and 32, and puts at 48 what `instruction` makes of them. */
function moduleOf(instruction) {
  const load = (at) => [0x41, 0, 0xfd, 0, 4, at];
  const code = [0, 0x41, 0, ...load(0), ...load(16), ...load(32), ...instruction, 0xfd, 11, 4, 48, 11];
  return Uint8Array.of(
    ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 5, 3, 1, 0, 1],
    ...[7, 9, 2, 1, 109, 2, 0, 1, 102, 0, 0, 10, code.length + 2, 1, code.length, ...code],
  );
}

/** What the rewritten instruction makes of three vectors, given as bytes. */
function result(instruction, ...vectors) {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(lowered(moduleOf(instruction))));
  const { m, f } = instance.exports;
  for (const [i, vector] of vectors.entries()) new Uint8Array(m.buffer).set(vector, 16 * i);
  f();
  return m.buffer.slice(48, 64);
}

const bytesOf = (array) => new Uint8Array(array.buffer);
const DROP = 0x1a;

test("what replaces a relaxed instruction computes the same", () => {
  const [a, b, c] = [
    [1.5, -2, 0, 3e38],
    [4, 0.25, -7, 10],
    [-1, 8, 2.5, 1],
  ].map((it) => Float32Array.from(it));
  const floats = (instruction) => [...new Float32Array(result(instruction, ...[a, b, c].map(bytesOf)))];
  assert.deepEqual(
    floats([0xfd, 0x85, 2]),
    [...a].map((x, i) => Math.fround(Math.fround(x * b[i]) + c[i])),
    "f32x4.relaxed_madd",
  );
  // These take two vectors: the third is dropped.
  assert.deepEqual(floats([DROP, 0xfd, 0x8d, 2]), [1.5, -2, -7, 10], "f32x4.relaxed_min");
  assert.deepEqual(floats([DROP, 0xfd, 0x8e, 2]), [4, 0.25, 0, Math.fround(3e38)], "f32x4.relaxed_max");

  const left = Int8Array.from({ length: 16 }, (_, i) => 37 * i - 128);
  const right = Int8Array.from({ length: 16 }, (_, i) => (29 * i) & 127);
  const sums = Int32Array.of(1000, -5, 0, 2 ** 30);
  const found = [...new Int32Array(result([0xfd, 0x93, 2], bytesOf(left), bytesOf(right), bytesOf(sums)))];
  const expected = [...sums].map((sum, i) =>
    [0, 1, 2, 3].reduce((all, k) => all + left[4 * i + k] * right[4 * i + k], sum),
  );
  assert.deepEqual(found, expected, "i32x4.relaxed_dot_i8x16_i7x16_add_s");
  assert.throws(() => lowered(moduleOf([DROP, 0xfd, 0x80, 2])), /relaxed_swizzle/);
});

const page = `
  import init, { Session } from "/www/src/wasm/core.js";
  const bytes = async (url) => new Uint8Array(await (await fetch(url)).arrayBuffer());
  window.measure = async (core, network, image) => {
    await init({ module_or_path: core });
    const session = new Session("network.onnx", await bytes(network));
    return session.infer("original", await bytes(image), "cifar10").scores;
  };
`;

test("both forms of the core answer as the command line does", { skip: noBrowser }, async () => {
  const folder = scratch();
  const image = path.join(samples, "images", "photos", "ship.jpg");
  for (const name of ["mobilenetv1_050", "mobilenetv2_050", "shufflenetv1_100", "shufflenetv2_050", "ghostnet_050"]) {
    const network = path.join(folder, `${name}.onnx`);
    // Widths of every kind.
    const plan = ["--criterion", "influence", "--share", "0.37"];
    await prune("apply", path.join(samples, `${name}_cifar10.onnx`), ...plan, "-o", network);
    const [{ scores }] = await pruneJson("run", network, image, "--preset", "cifar10");
    const files = { "/page.js": page, "/network": readFileSync(network), "/image": readFileSync(image) };
    for (const core of ["core_bg.wasm", "core_relaxed_bg.wasm"]) {
      const found = await withPage("/page.js", files, (it) =>
        it.evaluate((url) => window.measure(url, "/network", "/image"), `/www/src/wasm/${core}`),
      );
      assert.equal(found.length, 10);
      for (const [i, score] of scores.entries()) {
        const off = Math.abs(found[i] - score) / Math.max(1, Math.abs(score));
        assert.ok(off < 1e-4, `${name}, ${core}, class ${i}: ${found[i]} instead of ${score}`);
      }
    }
  }
});
