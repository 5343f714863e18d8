// Both halves of the measurement in the browser: the page, which also runs the second runtime, and the workers of the lab.
const inWorker = typeof WorkerGlobalScope !== "undefined" && self instanceof WorkerGlobalScope;
const fetched = async (url) => new Uint8Array(await (await fetch(url)).arrayBuffer());

/** Records of CIFAR-10's binary form with seeded noise for pictures: the work is the same whatever they show. */
function noise(count) {
  const bytes = new Uint8Array(count * 3073);
  let state = 1;
  for (let i = 0; i < bytes.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = i % 3073 === 0 ? (i / 3073) % 10 : state >>> 24;
  }
  return bytes;
}

if (inWorker) {
  // Messages that come before a module has run to its end are lost, so nothing is awaited here.
  const opened = import("/www/src/wasm/core.js").then(async (core) => {
    await core.default({ module_or_path: "/www/src/wasm/core_relaxed_bg.wasm" });
    return core;
  });
  let judge;
  self.onmessage = async ({ data: { model, pruned, count, from, to } }) => {
    const core = await opened;
    if (model) {
      const data = core.LabData.open(["test_batch.bin"], [noise(count)]);
      judge = new core.Judge("model.onnx", model, data, "cifar10");
      judge.set_pruned(pruned);
      self.postMessage({ ready: true });
    } else {
      self.postMessage({ records: judge.evaluate(from, to) });
    }
  };
}

/** Seconds of the lab: until all workers are ready, and of the evaluation alone. */
async function lab(model, pruned, { count, workers }) {
  const start = performance.now();
  const pool = Array.from({ length: workers }, () => new Worker(import.meta.url, { type: "module" }));
  const ask = (worker, message) =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => reject(new Error(event.message));
      worker.postMessage(message);
    });
  await Promise.all(pool.map((worker) => ask(worker, { model, pruned, count })));
  const ready = performance.now();
  let [next, seen] = [0, 0];
  const work = async (worker) => {
    while (next < count) {
      const from = next;
      next += 40;
      const { records } = await ask(worker, { from, to: Math.min(from + 40, count) });
      seen += records.length / 7;
    }
  };
  await Promise.all(pool.map(work));
  const end = performance.now();
  for (const worker of pool) worker.terminate();
  if (seen !== count) throw new Error(`${seen} of ${count} images were evaluated`);
  return { ready: (ready - start) / 1e3, evaluate: (end - ready) / 1e3 };
}

/** Seconds of onnxruntime-web on the same images: the sum of both networks, sessions opened before. */
async function second(ort, networks, { count, batch }) {
  const input = new ort.Tensor("float32", new Float32Array(batch * 3072).fill(0.5), [batch, 3, 32, 32]);
  let seconds = 0;
  for (const bytes of networks) {
    const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
    const feed = { [session.inputNames[0]]: input };
    await session.run(feed);
    const start = performance.now();
    for (let i = 0; i < count; i += batch) await session.run(feed);
    seconds += (performance.now() - start) / 1e3;
    await session.release();
  }
  return seconds;
}

async function measure({ file, options, count, workers, rounds, batches }) {
  const core = await import("/www/src/wasm/core.js");
  await core.default({ module_or_path: "/www/src/wasm/core_relaxed_bg.wasm" });
  const ort = await import("/node_modules/onnxruntime-web/dist/ort.wasm.min.mjs");
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  const model = await fetched(`/www/public/samples/${file}`);
  const session = new core.Session(file, model);
  session.prune(options);
  const pruned = session.pruned_bytes();
  const results = [];
  for (let round = 0; round < rounds; round++) {
    const own = await lab(model, pruned, { count, workers });
    const other = {};
    for (const batch of batches) other[batch] = await second(ort, [model, pruned], { count, batch });
    results.push({ own, other });
  }
  return results;
}

if (!inWorker) window.measure = measure;
