// Parameters and MACs of an ONNX file, counted without the product: weights from the file, shapes from a run
// of the file in which every layer's input and output is also an output of the network.
import { constants, encode, size } from "./onnx.mjs";
import { inputShape, open, run } from "./runtime.mjs";

const layers = new Set(["Conv", "ConvTranspose", "Gemm", "MatMul"]);

/** Weights and biases of the layers, γ and β of BatchNormalization. */
export function countParams(model) {
  const known = constants(model.graph);
  let params = 0;
  for (const node of model.graph.nodes) {
    const counted = layers.has(node.op)
      ? node.inputs.slice(1)
      : node.op === "BatchNormalization"
        ? node.inputs.slice(1, 3)
        : [];
    for (const name of counted) if (known.has(name)) params += size(known.get(name).dims);
  }
  return params;
}

/** Multiply-adds of the layers at batch 1. */
export async function countMacs(model) {
  const { graph } = model;
  const known = constants(graph);
  const nodes = graph.nodes.filter((node) => layers.has(node.op));
  const watched = new Set(nodes.flatMap((node) => [node.inputs[0], node.outputs[0]]));
  for (const { name } of [...graph.inputs, ...graph.outputs]) watched.delete(name);
  const outputs = [...graph.outputs, ...[...watched].filter((name) => !known.has(name)).map((name) => ({ name }))];
  const session = await open(encode({ ...model, graph: { ...graph, outputs } }));
  const dims = inputShape(session, 1);
  const values = await run(session, new Float32Array(size(dims)), dims);
  await session.release();
  const shape = (name) => (name === session.inputNames[0] ? dims : values[name].dims);
  let macs = 0;
  for (const { op, inputs, outputs, attributes } of nodes) {
    const weight = known.get(inputs[1])?.dims;
    const transA = op === "Gemm" && attributes.some((a) => a.name === "transA" && a.i === 1);
    if (op === "Conv") macs += size(shape(outputs[0])) * size(weight.slice(1));
    else if (op === "ConvTranspose") macs += size(shape(inputs[0])) * size(weight.slice(1));
    else macs += size(shape(outputs[0])) * shape(inputs[0]).at(transA ? 0 : -1);
  }
  return macs;
}
