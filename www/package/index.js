// Channel pruning of ONNX image networks, for Node and browsers. The work is done by WebAssembly, in the calling thread:
// in a page, call it from a worker.
import init, { images_to_fit, Judge, LabData, Session } from "./core.js";

let ready;

function start() {
  ready ??= (async () => {
    const url = new URL("core_bg.wasm", import.meta.url);
    if (url.protocol !== "file:") return init({ module_or_path: url });
    // Bundlers for the web must not try to follow this import.
    const fs = "node:fs/promises";
    const { readFile } = await import(/* @vite-ignore */ /* webpackIgnore: true */ fs);
    return init({ module_or_path: await readFile(url) });
  })();
  return ready;
}

/** Loads the WebAssembly beforehand; every function here does it by itself when it is first called. */
export async function load() {
  await start();
}

/** The core throws sentences. */
function sentence(error) {
  return error instanceof Error ? error : new Error(String(error));
}

async function bytesOf(data) {
  if (data instanceof Uint8Array) return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (typeof data?.arrayBuffer === "function") return new Uint8Array(await data.arrayBuffer());
  throw new TypeError("a network or an image is a Uint8Array, an ArrayBuffer or a Blob");
}

async function opened(model, name, work) {
  await start();
  const bytes = await bytesOf(model);
  let session;
  try {
    session = new Session(name, bytes);
    return await work(session, bytes);
  } catch (error) {
    throw sentence(error);
  } finally {
    session?.free();
  }
}

/** The pruned file, once its check has passed. */
function checked(session, plan) {
  const check = session.check();
  if (!check.passed) throw new Error("the pruned network differs from its masked twin; please report this model");
  return { bytes: session.pruned_bytes(), report: { ...plan, check } };
}

export async function inspect(model, { name = "model.onnx" } = {}) {
  return opened(model, name, (session) => session.overview());
}

export async function plan(model, { name = "model.onnx", ...options } = {}) {
  return opened(model, name, (session) => session.plan(options));
}

export async function apply(model, { name = "model.onnx", ...options } = {}) {
  return opened(model, name, (session) => checked(session, session.prune(options)));
}

export async function shrink(model, options = {}) {
  const { macs, params, images, preset, name = "model.onnx", onProgress, signal, ...limits } = options;
  if ((macs === undefined) === (params === undefined))
    throw new TypeError("give one target: macs or params, in percent");
  const [measure, percent] = macs === undefined ? ["params", params] : ["macs", macs];
  return opened(model, name, async (session, original) => {
    const pictures = [];
    for await (const image of images ?? []) pictures.push(await bytesOf(image));
    const fitted = images_to_fit(pictures.length);
    const reading = preset ?? session.overview().preset;
    for (const picture of pictures.slice(0, fitted)) session.add_repair_image(picture, reading);
    const plan = session.shrink(measure, percent, limits, (stage, done, total) => {
      onProgress?.({ stage, done, total });
      return !signal?.aborted;
    });
    const { bytes, report } = checked(session, plan);
    const judgement = judged(name, original, bytes, pictures.slice(fitted), reading);
    return { bytes, report: { ...report, images: fitted, ...judgement } };
  });
}

/** Both networks on images that nothing was fitted to, or why they were not judged. */
function judged(name, original, pruned, pictures, preset) {
  const none = (reason) => ({ judged_on: 0, evaluation: null, not_judged: reason });
  if (pictures.length === 0) return none("all of so few images were fitted to");
  const names = pictures.map((picture, i) => `image-${i}.${extension(picture)}`);
  let judge;
  try {
    judge = new Judge(name, original, LabData.open(names, pictures), preset);
    judge.set_pruned(pruned);
    const evaluation = judge.report(judge.evaluate(0, pictures.length));
    return { judged_on: pictures.length, evaluation, not_judged: null };
  } catch (error) {
    // A network that names no classes is pruned all the same.
    return none(sentence(error).message);
  } finally {
    judge?.free();
  }
}

function extension(bytes) {
  if (bytes[0] === 0x89) return "png";
  return bytes[0] === 0xff ? "jpg" : "webp";
}
