// How the core's times grow with the network, as the Markdown of docs/performance.md: `node tests/bench/growth.mjs`.
// Runs in Node, in the core without relaxed SIMD (`node scripts/wasm.mjs`).
// Networks: separable blocks (depthwise 3 × 3, pointwise, each with BatchNormalization and ReLU) at 32 × 32, seeded weights.
import { readFileSync } from "node:fs";
import path from "node:path";
import { main, say } from "../../scripts/lib.mjs";
import { encode } from "../oracle/lib/onnx.mjs";
import { normals, uniform } from "../oracle/lib/random.mjs";
import { root } from "./page.mjs";

const CRITERIA = ["probability", "sigma", "influence"];
const STEPS = 21;

const attribute = (name, ints) => ({ name, ints, type: 7 });
const raw = (values) => new Uint8Array(Float32Array.from(values).buffer);

/** `blocks` blocks of `width` channels between a stem and a classifier. */
function network(blocks, width) {
  const [nodes, initializers] = [[], []];
  let seed = 1;
  const tensor = (name, dims, values) => {
    initializers.push({ name, dims, type: 1, raw: raw(values) });
    return name;
  };
  const weights = (name, dims) => {
    const count = dims.reduce((a, b) => a * b, 1);
    const scale = Math.sqrt((2 * dims[0]) / count);
    return tensor(
      name,
      dims,
      normals(count, seed++).map((x) => x * scale),
    );
  };
  const layer = (name, input, dims, kernel, group) => {
    const channels = dims[0];
    const pads = attribute("pads", Array(4).fill((kernel - 1) / 2));
    const conv = { op: "Conv", name, inputs: [input, weights(`${name}.w`, dims)], outputs: [`${name}.conv`] };
    conv.attributes = [attribute("kernel_shape", [kernel, kernel]), pads, { name: "group", i: group, type: 2 }];
    const next = uniform(seed++);
    const many = (of) => Array.from({ length: channels }, of);
    const norm = ["gamma", "beta", "mean", "variance"].map((which) =>
      tensor(
        `${name}.${which}`,
        [channels],
        many(() => (which === "gamma" || which === "variance" ? 0.5 + next() : next() - 0.5)),
      ),
    );
    nodes.push(
      conv,
      { op: "BatchNormalization", name: `${name}.norm`, inputs: [`${name}.conv`, ...norm], outputs: [`${name}.bn`] },
      { op: "Relu", name: `${name}.relu`, inputs: [`${name}.bn`], outputs: [`${name}.out`] },
    );
    return `${name}.out`;
  };
  let at = layer("stem", "x", [width, 3, 3, 3], 3, 1);
  for (let block = 0; block < blocks; block++) {
    at = layer(`b${block}.dw`, at, [width, 1, 3, 3], 3, width);
    at = layer(`b${block}.pw`, at, [width, width, 1, 1], 1, 1);
  }
  nodes.push(
    { op: "GlobalAveragePool", name: "pool", inputs: [at], outputs: ["pooled"] },
    { op: "Flatten", name: "flat", inputs: ["pooled"], outputs: ["flat"] },
    { op: "Gemm", name: "fc", inputs: ["flat", weights("fc.w", [width, 10])], outputs: ["y"] },
  );
  const value = (name, dims) => ({
    name,
    type: { tensor: { type: 1, shape: { dims: dims.map((it) => ({ value: it })) } } },
  });
  return encode({
    irVersion: 8,
    opsets: [{ domain: "", version: 13 }],
    graph: {
      nodes,
      name: "growth",
      initializers,
      inputs: [value("x", [1, 3, 32, 32])],
      outputs: [value("y", [1, 10])],
    },
  });
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const timed = (work) => {
  const start = performance.now();
  work();
  return performance.now() - start;
};
const basis = { threshold: 0.99, compensation: "mean", seed: 0, floor: 1, multiple: 1, locked: [] };

function times({ Session }, blocks, width) {
  const bytes = network(blocks, width);
  let session;
  const open = Math.min(
    ...[1, 2].map(() =>
      timed(() => {
        session?.free();
        session = new Session("growth.onnx", bytes);
      }),
    ),
  );
  const steps = CRITERIA.map((criterion) => {
    const step = (share) => timed(() => session.preview({ ...basis, criterion, share, threshold: 1 - share }).free?.());
    step(0);
    return median(Array.from({ length: STEPS }, (_, i) => step((i + 1) / 40)));
  });
  const cut = timed(() => session.prune({ ...basis, criterion: "influence", share: 0.3 }));
  const { channels } = session.overview().statistics ?? {};
  session.free();
  return { channels: channels ?? width * (2 * blocks + 1), megabytes: bytes.length / 1e6, open, steps, cut };
}

const ms = (value) => value.toPrecision(3);

export async function growth() {
  const core = await import("../../www/src/wasm/core.js");
  await core.default({ module_or_path: readFileSync(path.join(root, "www", "src", "wasm", "core_bg.wasm")) });
  times(core, 4, 32);
  const row = (...cells) => say(`| ${cells.join(" | ")} |`);
  row("blocks × width", "channels", "file, MB", "open, ms", ...CRITERIA.map((it) => `step, \`${it}\`, ms`), "cut, ms");
  row(...Array(5 + CRITERIA.length).fill("---"));
  for (const [blocks, width] of [...[1, 10, 100].map((it) => [it, 64]), ...[16, 160, 1600].map((it) => [4, it])]) {
    const found = times(core, blocks, width);
    const size = found.megabytes.toPrecision(2);
    row(`${blocks} × ${width}`, found.channels, size, ms(found.open), ...found.steps.map(ms), ms(found.cut));
  }
}

await main(import.meta, growth);
