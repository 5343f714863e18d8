// Parameters and MACs of an ONNX file, counted without the product: weights from the file, shapes from a run
// of the file in which every layer's input and output is also an output of the network.
import { constants, encode, size } from "./onnx.mjs";
import { noise, open } from "./runtime.mjs";

const layers = new Set(["Conv", "ConvTranspose", "Gemm", "MatMul"]);
const elementwise = new Set(["PRelu", "Mul", "Add", "Sum", "Sub", "Div"]);

/**
 * Parameters: weights and biases of the layers, γ and β of BatchNormalization, per-channel constants of other operators.
 * MACs: multiply-adds of the layers at batch 1.
 */
export async function count(model) {
  const { graph } = model;
  const known = constants(graph);
  const nodes = graph.nodes.filter((node) => layers.has(node.op));
  // Some exporters compute a bias of zeros at run time; a bias it is all the same.
  const watched = new Set(nodes.flatMap(({ inputs, outputs }) => [inputs[0], inputs[2], outputs[0]]));
  for (const { name } of [...graph.inputs, ...graph.outputs]) watched.delete(name);
  const extra = [...watched].filter((name) => name && !known.has(name));
  const outputs = [...graph.outputs, ...extra.map((name) => ({ name }))];
  const session = await open(encode({ ...model, graph: { ...graph, outputs } }));
  const feeds = noise(session, 1, 1);
  const values = { ...feeds, ...(await session.run(feeds)) };
  await session.release();
  const shape = (name) => known.get(name)?.dims ?? values[name].dims;

  let macs = 0;
  let params = 0;
  for (const { op, inputs, outputs, attributes } of nodes) {
    const weight = known.get(inputs[1])?.dims;
    params += (weight ? size(weight) : 0) + (inputs[2] ? size(shape(inputs[2])) : 0);
    const transA = op === "Gemm" && attributes.some((a) => a.name === "transA" && a.i === 1);
    if (op === "Conv") macs += size(shape(outputs[0])) * size(weight.slice(1));
    else if (op === "ConvTranspose") macs += size(shape(inputs[0])) * size(weight.slice(1));
    else macs += size(shape(outputs[0])) * shape(inputs[0]).at(transA ? 0 : -1);
  }
  for (const { op, inputs } of graph.nodes) {
    const tensors = inputs.map((name) => known.get(name));
    // An operator on constants alone only prepares what another one uses.
    if (tensors.every(Boolean)) continue;
    const sizes = tensors.map((tensor) => (tensor?.type === 1 ? size(tensor.dims) : 0));
    if (op === "BatchNormalization") params += sizes[1] + sizes[2];
    else if (elementwise.has(op)) for (const n of sizes) params += n > 1 ? n : 0;
  }
  return { params, macs };
}
