// One network in our engine and in onnxruntime-web, in turn, on one thread of the same page.
const fetched = async (url) => new Uint8Array(await (await fetch(url)).arrayBuffer());
const now = () => performance.now();

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** A picture of seeded noise, as PNG. */
async function picture(side) {
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext("2d");
  const data = context.createImageData(side, side);
  let state = 1;
  for (let i = 0; i < data.data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data.data[i] = i % 4 === 3 ? 255 : state >>> 24;
  }
  context.putImageData(data, 0, 0);
  return new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
}

const basis = { threshold: 0.99, share: 0, compensation: "mean", seed: 0, floor: 1, multiple: 1, locked: [] };
const CRITERIA = ["probability", "sigma", "slimming", "l1", "fpgm", "influence", "random"];

/** Milliseconds of a drag's steps: 40 places of the handle, per criterion. */
function drag(session) {
  const found = {};
  for (const criterion of CRITERIA) {
    const options = (share) => ({ ...basis, criterion, share, threshold: 1 - share });
    session.preview(options(0));
    const times = [];
    for (let step = 1; step <= 40; step++) {
      const start = now();
      session.preview(options(step / 50)).free?.();
      times.push(now() - start);
    }
    found[criterion] = { median: median(times), worst: Math.max(...times) };
  }
  return found;
}

/** Median milliseconds of both engines, run alternately. */
async function race(run, other, rounds) {
  const [ours, theirs] = [[], []];
  for (let round = 0; round < rounds; round++) {
    ours.push(run());
    const start = now();
    await other();
    theirs.push(now() - start);
  }
  return { ours: median(ours), theirs: median(theirs) };
}

async function measure({ url, rounds, share }) {
  const core = await import("/www/src/wasm/core.js");
  await core.default({ module_or_path: "/www/src/wasm/core_relaxed_bg.wasm" });
  const ort = await import("/node_modules/onnxruntime-web/dist/ort.wasm.min.mjs");
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  const bytes = await fetched(url);
  const image = await picture(224);

  const opening = now();
  const session = new core.Session("network.onnx", bytes);
  const open = now() - opening;
  const { macs } = session.overview();
  const asking = now();
  session.infer("original", image, "imagenet");
  const first = now() - asking;
  // The second run compares the engine's two plans.
  session.infer("original", image, "imagenet");
  const steps = drag(session);

  const second = async (network) => {
    const it = await ort.InferenceSession.create(network, { executionProviders: ["wasm"] });
    const [input] = it.inputMetadata;
    const dims = input.shape.map((dim) => (typeof dim === "number" && dim > 0 ? dim : 1));
    const size = dims.reduce((a, b) => a * b);
    const data = Float32Array.from({ length: size }, (_, i) => Math.sin(i * 12.9898) * 2);
    const feeds = { [input.name]: new ort.Tensor("float32", data, dims) };
    await it.run(feeds);
    return { run: () => it.run(feeds), release: () => it.release() };
  };
  const against = async (which, network) => {
    const other = await second(network);
    const found = await race(() => session.infer(which, image, "imagenet").milliseconds, other.run, rounds);
    await other.release();
    return found;
  };
  const original = await against("original", bytes);
  const cut = async (multiple) => {
    const plan = session.prune({ ...basis, criterion: "influence", share, multiple });
    const checking = now();
    const { passed } = session.check();
    const check = now() - checking;
    session.infer("pruned", image, "imagenet");
    session.infer("pruned", image, "imagenet");
    const times = await against("pruned", session.pruned_bytes());
    return { ...times, check, passed, reduction: plan.macs.before / plan.macs.after };
  };
  const pruned = await cut(1);
  const multiple = await cut(8);
  session.free();
  return { open, first, macs, original, pruned, multiple, steps };
}

window.measure = measure;
