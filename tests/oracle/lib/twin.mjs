// An independent twin of a pruned network: the original at full width, its weights edited so that removed channels
// are what the plan claims they are. It shares no code with the product and knows nothing of coupling or folding:
// what a dead channel does to the rest of the network follows from running it.
import { relu } from "./gaussian.mjs";
import { constants, floats, setFloats, size } from "./onnx.mjs";

/**
 * `hold(norm, channel)` says what a removed channel's BatchNormalization is held at: a number, or null to leave it
 * to its inputs. Layers without BatchNormalization behind them write zero.
 */
function edited(model, plan, hold) {
  const known = constants(model.graph);
  const change = (name, work) => {
    const values = floats(known.get(name));
    work(values);
    setFloats(known.get(name), values);
  };
  for (const layer of plan.layers.filter((l) => l.removed.length > 0)) {
    const node = model.graph.nodes.find((n) => n.name === layer.name);
    const norm = model.graph.nodes.find((n) => n.op === "BatchNormalization" && n.inputs[0] === node.outputs[0]);
    for (const channel of layer.removed) {
      const value = norm ? hold(norm.name, channel) : 0;
      if (value === null) continue;
      for (const [input, to] of norm
        ? [
            [1, 0],
            [2, value],
          ]
        : [
            [1, 0],
            [2, 0],
          ]) {
        const name = (norm ?? node).inputs[input];
        if (!name) continue;
        const { dims } = known.get(name);
        const each = size(dims) / dims[0];
        change(name, (values) => values.fill(to, channel * each, (channel + 1) * each));
      }
    }
  }
  return model;
}

/** Removed channels are zero: compensation `none`. */
export const zeroTwin = (model, plan) => edited(model, plan, () => 0);

/** Removed channels whose activation is declared dead are dead, the others come out as they do: `shift`. */
export function deadTwin(model, plan, inspect) {
  const probability = new Map(inspect.channels.map((row) => [row.norm, row.probability]));
  const dead = (norm, channel) => {
    const p = probability.get(norm)[channel];
    return p !== null && p >= plan.threshold;
  };
  return edited(model, plan, (norm, channel) => (dead(norm, channel) ? -1 : null));
}

/**
 * Removed channels are what their last BatchNormalization's Gaussian gives on average: compensation `mean`, where
 * readers see BatchNormalization, bare or through ReLU or ReLU6.
 */
export function meanTwin(model, plan, inspect) {
  const rows = new Map(inspect.channels.map((row) => [row.norm, row]));
  return edited(model, plan, (norm, channel) => {
    const { activation, mean, std } = rows.get(norm);
    const [m, s] = [mean[channel], std[channel]];
    if (activation === "Relu") return relu(m, s);
    // Clip: what exceeds 6 is cut off.
    if (activation === "Clip [0, 6]") return relu(m, s) - relu(m - 6, s);
    if (activation === "none") return m;
    throw new Error(`no mean is known behind ${activation}`);
  });
}
