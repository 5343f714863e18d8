// The second runtime: onnxruntime, compiled to WebAssembly, one thread.
import * as ort from "onnxruntime-web";

ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";

/** Opens a network from a path or bytes. */
export const open = (file) => ort.InferenceSession.create(file, { executionProviders: ["wasm"], logSeverityLevel: 3 });

/** Shape of the first input with `batch` images; other open dimensions are 1. */
export const inputShape = (session, batch) =>
  session.inputMetadata[0].shape.map((dim, axis) =>
    axis === 0 ? batch : typeof dim === "number" && dim > 0 ? dim : 1,
  );

/** Runs on `values` shaped as `dims`; resolves to the outputs by name. */
export function run(session, values, dims) {
  return session.run({ [session.inputNames[0]]: new ort.Tensor("float32", values, dims) });
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
