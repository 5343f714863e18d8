// Skeleton networks (tests/fixtures) hold no large weights; here they get seeded ones, some channels dead.
import { constants, setFloats, size } from "./onnx.mjs";
import { normals, uniform } from "./random.mjs";

const ranges = {
  // By input of BatchNormalization: γ, β, mean, variance.
  gamma: (_, u) => 0.5 + u,
  beta: (n, u) => (u < 0.3 ? -6 - u : 0.5 * n),
  mean: (n) => 0.1 * n,
  variance: (_, u) => 0.5 + u,
};

/** Gives every empty float tensor of the model values that fit its role. */
export function fill(model, seed) {
  const known = constants(model.graph);
  const roles = new Map();
  for (const node of model.graph.nodes.filter((n) => n.op === "BatchNormalization")) {
    for (const [i, role] of Object.keys(ranges).entries()) roles.set(known.get(node.inputs[i + 1]), role);
  }
  const tensors = new Set([...model.graph.initializers, ...known.values()]);
  let next = seed;
  for (const tensor of tensors) {
    const count = size(tensor.dims);
    if (tensor.type !== 1 || count === 0 || tensor.raw?.length || tensor.floats.length) continue;
    const noise = normals(count, next++);
    const even = uniform(next++);
    const role = roles.get(tensor);
    // Weights keep the scale of what they read: variance 2 / fan-in.
    const scale = tensor.dims.length > 1 ? Math.sqrt((2 * tensor.dims[0]) / count) : 0.1;
    setFloats(tensor, role ? noise.map((n) => ranges[role](n, even())) : noise.map((n) => n * scale));
  }
  return model;
}
