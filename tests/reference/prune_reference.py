"""An independent plan for MobileNetV1 and V2, straight from the definition.

    python prune_reference.py MODEL.onnx [THRESHOLD ...]

A layer here is a convolution, its BatchNorm and, where there is one, its Relu or Clip.
A dense layer's channel is followed through the depthwise layer behind it, if any, to the
layers that read it. It can go when what they read is pinned: the activation after the
depthwise layer (cases 2 and 4), or the one before it (cases 3 and 4). Needs numpy, onnx.
"""

import json
import math
import pathlib
import sys

import numpy as np
import onnx
from onnx import helper, numpy_helper, shape_inference

THRESHOLDS = (0.5, 0.7, 0.85, 0.95, 0.99, 0.999)
normal_cdf = np.vectorize(lambda x: 0.5 * math.erfc(-x / math.sqrt(2)))


class Network:
    def __init__(self, path):
        model = shape_inference.infer_shapes(onnx.load(path))
        self.graph = model.graph
        self.weights = {t.name: numpy_helper.to_array(t) for t in self.graph.initializer}
        for node in self.graph.node:
            if node.op_type == "Constant":
                value = helper.get_attribute_value(node.attribute[0])
                self.weights[node.output[0]] = numpy_helper.to_array(value)
            if node.op_type == "Identity" and node.input[0] in self.weights:
                self.weights[node.output[0]] = self.weights[node.input[0]]
        self.shapes = {
            v.name: [d.dim_value for d in v.type.tensor_type.shape.dim]
            for v in self.graph.value_info
        }
        self.layers = {}
        for node in self.graph.node:
            if node.op_type == "Conv":
                layer = Layer(self, node)
                self.layers[layer.output] = layer

    def readers(self, tensor):
        return [node for node in self.graph.node if tensor in node.input]


class Layer:
    """Convolution, BatchNorm, activation; P of each channel being pinned."""

    def __init__(self, network, node):
        self.name, self.input = node.name, node.input[0]
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        self.weight = network.weights[node.input[1]]
        self.outputs = self.weight.shape[0]
        self.depthwise = attributes.get("group", 1) == self.outputs > 1
        self.biased = len(node.input) > 2
        height, width = network.shapes[node.output[0]][2:]
        self.pixels = height * width
        (norm,) = network.readers(node.output[0])
        assert norm.op_type == "BatchNormalization"
        gamma, beta, _, variance = (network.weights[i].astype(float) for i in norm.input[1:5])
        epsilon = helper.get_attribute_value(next(a for a in norm.attribute if a.name == "epsilon"))
        self.mean = beta
        self.std = np.abs(gamma) * np.sqrt(variance / (variance + epsilon))
        self.output, self.low, self.high = norm.output[0], None, None
        following = network.readers(self.output)
        if len(following) == 1 and following[0].op_type in ("Relu", "Clip"):
            self.low, self.high = 0.0, math.inf
            if following[0].op_type == "Clip":
                self.low, self.high = (float(network.weights[i]) for i in following[0].input[1:3])
            self.output = following[0].output[0]

    def pinned(self):
        """P(Y <= low) and P(Y >= high) per channel."""
        safe = np.where(self.std > 0, self.std, 1.0)
        low = normal_cdf((self.low - self.mean) / safe)
        low = np.where(self.std > 0, low, self.mean <= self.low)
        high = normal_cdf((self.mean - self.high) / safe)
        high = np.where(self.std > 0, high, self.mean >= self.high)
        return low, high


def plan(network, threshold):
    cases = {"keep": 0, "output_dead": 0, "input_dead": 0, "both_dead": 0}
    removed, pinned_high, guarded = {}, {}, []
    removable = lambda tensor: all(
        node.op_type in ("Conv", "ReduceMean", "GlobalAveragePool")
        for node in network.readers(tensor)
    )
    for layer in network.layers.values():
        if layer.depthwise or layer.low is None:
            continue
        after = None
        following = network.readers(layer.output)
        if len(following) == 1 and following[0].op_type == "Conv":
            after = next(l for l in network.layers.values() if l.name == following[0].name)
            after = after if after.depthwise else None
        last = after or layer
        assert removable(last.output), layer.name
        probability = np.zeros(layer.outputs)
        dead = {}
        for which in [layer] + ([after] if after else []):
            low, high = which.pinned()
            if (high >= threshold).any():
                pinned_high[which.name] = np.flatnonzero(high >= threshold).tolist()
            dead[which] = np.maximum(low, high) >= threshold
            probability = np.maximum(probability, np.maximum(low, high))
        if after:
            before, behind = dead[layer], dead[after]
            cases["keep"] += int((~before & ~behind).sum())
            cases["output_dead"] += int((~before & behind).sum())
            cases["input_dead"] += int((before & ~behind).sum())
            cases["both_dead"] += int((before & behind).sum())
        gone = probability >= threshold
        if gone.all():
            gone[np.argmin(probability)] = False
            guarded.append(layer.name)
        removed[layer.name] = np.flatnonzero(gone).tolist()
        if after:
            removed[after.name] = removed[layer.name]
    params, macs = cost(network, removed)
    result = {"threshold": threshold, "cases": cases, "params": params, "macs": macs}
    result["removed"] = {name: gone for name, gone in removed.items() if gone}
    return result | {"pinned_high": pinned_high, "guarded": guarded}


def cost(network, removed):
    """Parameters and multiply-adds when each named layer has lost those output channels."""
    kept = {}
    params = macs = 0

    def channels_of(tensor):
        """How many channels of a tensor are left: those of the layer it comes from."""
        if tensor in kept:
            return kept[tensor]
        producer = next((n for n in network.graph.node if tensor in n.output), None)
        if producer is None:
            value = next(v for v in network.graph.input if v.name == tensor)
            return value.type.tensor_type.shape.dim[1].dim_value
        return channels_of(producer.input[0])

    for layer in network.layers.values():
        outputs = layer.outputs - len(removed.get(layer.name, []))
        inputs = 1 if layer.depthwise else channels_of(layer.input)
        weight = outputs * inputs * math.prod(layer.weight.shape[2:])
        params += weight + 2 * outputs + (outputs if layer.biased else 0)
        macs += weight * layer.pixels
        kept[layer.output] = outputs
    for node in network.graph.node:
        if node.op_type == "Gemm":
            classes = network.weights[node.input[2]].size
            weight = channels_of(node.input[0]) * classes
            params += weight + classes
            macs += weight
    return params, macs


def main():
    network = Network(sys.argv[1])
    params, macs = cost(network, {})
    thresholds = [float(t) for t in sys.argv[2:]] or THRESHOLDS
    plans = [plan(network, t) for t in thresholds]
    file = pathlib.Path(sys.argv[1]).name
    print(json.dumps({"file": file, "params": params, "macs": macs, "plans": plans}))


if __name__ == "__main__":
    main()
