// The second runtime: onnxruntime, compiled to WebAssembly, one thread.
import * as ort from "onnxruntime-web";
import { size } from "./onnx.mjs";
import { normals } from "./random.mjs";

ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";

/** Opens a network from a path or bytes. */
export const open = (file) => ort.InferenceSession.create(file, { executionProviders: ["wasm"], logSeverityLevel: 3 });

/** What an open height, width or channel count is taken to be, as the product does. */
const open224 = 224;

/** Seeded noise for every input: `batch` images where the file leaves the number open. */
export function noise(session, batch, seed) {
  const feeds = session.inputMetadata.map(({ name, shape }, index) => {
    const dims = shape.map((dim, axis) => (typeof dim === "number" && dim > 0 ? dim : axis === 0 ? batch : open224));
    return [name, new ort.Tensor("float32", normals(size(dims), seed + 1000 * index), dims)];
  });
  return Object.fromEntries(feeds);
}

/** Largest |a − b|, and largest |a|, over all outputs; NaN or a different shape gives NaN. */
export function compare(a, b) {
  let difference = 0;
  let scale = 0;
  for (const [name, { data, dims }] of Object.entries(a)) {
    if (String(dims) !== String(b[name]?.dims)) return { difference: Number.NaN, scale };
    for (let i = 0; i < data.length; i++) {
      const delta = Math.abs(data[i] - b[name].data[i]);
      if (Number.isNaN(delta)) return { difference: delta, scale };
      difference = Math.max(difference, delta);
      scale = Math.max(scale, Math.abs(data[i]));
    }
  }
  return { difference, scale };
}
