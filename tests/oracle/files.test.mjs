// Wrong files and wrong usage: one line on stderr, the promised exit code, and nothing left behind.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { constants, decode, encode } from "./lib/onnx.mjs";
import { prune, pruneJson, samples, scratch } from "./lib/prune.mjs";

const folder = scratch();
const good = path.join(samples, "mobilenetv1_050_cifar10.onnx");
const bytes = readFileSync(good);

function put(name, content) {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

/** The good network, changed by `work`. */
function changed(work) {
  const model = decode(bytes);
  work(model.graph);
  return encode(model);
}

function assertRefused({ code, stdout, stderr }, name) {
  assert.equal(code, 1, stderr);
  assert.equal(stdout, "");
  assert.match(stderr, /^[^\n]+\n$/, "exactly one line");
  assert.ok(stderr.includes(name), `${stderr.trim()} does not name ${name}`);
  assert.doesNotMatch(stderr, /panicked|RUST_BACKTRACE/);
}

const lfs = `version https://git-lfs.github.com/spec/v1\noid sha256:${"4d7a2146".repeat(8)}\nsize 3364890\n`;
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==",
  "base64",
);

const bad = {
  "png.onnx": [png, /PNG/],
  "empty.onnx": ["", /empty/],
  "text.onnx": ["A network, described in words.\n", /text/],
  "pointer.onnx": [lfs, /LFS/],
  "half.onnx": [bytes.subarray(0, bytes.length / 2), /cut short|truncated/],
  "nearly-whole.onnx": [bytes.subarray(0, bytes.length - 1), /./],
  "noise.onnx": [Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) % 251)), /./],
  "quantised.onnx": [
    changed((graph) => {
      graph.nodes.find((node) => node.op === "Conv").op = "QLinearConv";
    }),
    /quanti[sz]ed|QLinear/i,
  ],
  "no-images.onnx": [
    changed((graph) => {
      graph.inputs[0].type.tensor.shape.dims[2] = { value: 0 };
    }),
    /0|zero|empty/,
  ],
  "no-weights.onnx": [
    changed((graph) => {
      const weight = constants(graph).get(graph.nodes[0].inputs[1]);
      Object.assign(weight, { dims: [0, ...weight.dims.slice(1)], raw: Buffer.alloc(0) });
    }),
    /./,
  ],
  "short-weights.onnx": [
    changed((graph) => {
      const weight = constants(graph).get(graph.nodes[0].inputs[1]);
      weight.raw = weight.raw.subarray(0, 100);
    }),
    /./,
  ],
};

describe("files that are no networks", () => {
  for (const [name, [content, says]] of Object.entries(bad)) {
    test(name, async () => {
      const file = put(name, content);
      const inspected = await prune("inspect", file);
      assertRefused(inspected, name);
      assert.match(inspected.stderr, says);
      assertRefused(await prune("inspect", file, "--json"), name);
      const out = path.join(folder, "out-of-bad.onnx");
      const before = readdirSync(folder);
      assertRefused(await prune("apply", file, "-o", out), name);
      assert.deepEqual(readdirSync(folder), before);
    });
  }

  test("a missing file", async () =>
    assertRefused(await prune("inspect", path.join(folder, "missing.onnx")), "missing.onnx"));
  test("a folder", async () => {
    mkdirSync(path.join(folder, "folder.onnx"));
    assertRefused(await prune("inspect", path.join(folder, "folder.onnx")), "folder.onnx");
  });
  test("a network cut anywhere", async () => {
    for (let i = 1; i < 24; i++) {
      const file = put("cut.onnx", bytes.subarray(0, Math.floor((bytes.length * i) / 24)));
      assertRefused(await prune("inspect", file), "cut.onnx");
    }
  });
});

describe("writing", () => {
  test("into a folder that is not there", async () => {
    const out = path.join(folder, "nowhere", "out.onnx");
    assertRefused(await prune("apply", good, "-o", out), "out.onnx");
  });

  test("a failing apply leaves the old file alone", async () => {
    const out = put("precious.onnx", "precious");
    const before = readdirSync(folder);
    assertRefused(await prune("apply", put("cut.onnx", bytes.subarray(0, 1e5)), "-o", out), "cut.onnx");
    assert.equal(readFileSync(out, "utf8"), "precious");
    assert.deepEqual(readdirSync(folder).sort(), [...new Set([...before, "cut.onnx"])].sort());
  });

  test("onto the network itself", async () => {
    const file = put("itself.onnx", bytes);
    const plan = await pruneJson("apply", file, "--threshold", 0.99, "-o", file);
    assert.equal(readFileSync(file).length, plan.bytes.after);
  });

  test("twice the same gives the same bytes", async () => {
    const files = ["first.onnx", "second.onnx"].map((name) => path.join(folder, name));
    for (const file of files) await pruneJson("apply", good, "--threshold", 0.9, "-o", file);
    assert.ok(readFileSync(files[0]).equals(readFileSync(files[1])));
  });

  test("a pruned network has nothing more to remove at the same threshold", async () => {
    const out = path.join(folder, "pruned.onnx");
    const first = await pruneJson("apply", good, "--threshold", 0.99, "-o", out);
    const again = await pruneJson("plan", out, "--threshold", 0.99);
    assert.deepEqual(again.channels, { before: first.channels.after, after: first.channels.after });
  });
});

describe("wrong usage", () => {
  for (const line of [
    "prune",
    "inspect",
    "inspect a.onnx b.onnx",
    "inspect a.onnx --loud",
    "plan a.onnx --threshold",
    "plan a.onnx --threshold high",
    "plan a.onnx --threshold 1.5",
    "plan a.onnx --threshold NaN",
    "plan a.onnx --criterion beauty",
    "plan a.onnx --criterion sigma --share -0.1",
    "plan a.onnx --criterion sigma --threshold 0.9",
    "plan a.onnx --compensation money",
    "plan a.onnx -o b.onnx",
    "apply a.onnx",
    "run a.onnx",
    "eval a.onnx",
    "repair a.onnx -o b.onnx",
  ]) {
    test(`prune ${line}`, async () => {
      const { code, stdout, stderr } = await prune(...line.split(" "));
      assert.equal(code, 2, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, /^[^\n]+\n$/, "exactly one line");
    });
  }

  test("prune --help exits 0", async () => {
    const { code, stdout, stderr } = await prune("--help");
    assert.deepEqual([code, stderr], [0, ""]);
    for (const word of ["inspect", "plan", "apply", "run", "eval", "repair"]) assert.ok(stdout.includes(word));
  });
});
