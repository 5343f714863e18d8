"""Brute force: which input channels of which readers do not vary, for any ONNX network.

    python removable_reference.py MODEL.onnx THRESHOLD [--runs 6] [--seed 0]

Declares dead what a BatchNorm in front of an activation says at the threshold, holds
those channels at their pinned value, runs random inputs, and compares what the readers
(convolutions that are not depthwise, Gemm, MatMul) see. A channel of a reader is constant
when no run differs in a single bit. So that nothing is constant by accident (saturation,
weights that decayed to 1e-20, a scale too small to survive rounding), all other activations
get a little sine added, and weights and BatchNorm vectors are replaced by random ones once the
dead channels are known; --keep-weights leaves them. Needs numpy, onnx, onnxruntime.

Prints {"threshold", "held": {activation: [channels]}, "readers": [{"node", "op", "channels",
"constant": [...], "uneven": [...]}]}. Uneven channels are constant from run to run, but not
over the pixels: a padded depthwise convolution carried a constant other than zero.

What is followed between BatchNorm and activation: Identity, Dropout, Transpose, Add, Sub, Mul,
Div by constants of one element or one per channel, Concat on the channel axis, and (with
--through-add) the sum of two BatchNorm outputs as if they were independent.
"""

import argparse
import json
import math

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

normal_cdf = np.vectorize(lambda x: 0.5 * math.erfc(-x / math.sqrt(2)))
MONOTONE = ("Relu", "Clip", "HardSwish", "HardSigmoid", "Sigmoid", "Tanh")
SEQUENCES = ("SplitToSequence", "SequenceConstruct")


def attributes_of(node):
    return {a.name: helper.get_attribute_value(a) for a in node.attribute}


class Gaussians:
    """Mean and standard deviation per channel, on an axis; NaN where not Gaussian."""

    def __init__(self, axis, mean, std):
        self.axis, self.mean, self.std = axis, mean, std


def session_for(model, names):
    """A session that gives the named tensors, without graph optimisation."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    del copy.graph.output[:]
    copy.graph.output.extend(onnx.ValueInfoProto(name=name) for name in dict.fromkeys(names))
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(copy.SerializeToString(), options)


def feeds_for(session, random):
    kinds = {
        "tensor(float)": np.float32,
        "tensor(double)": np.float64,
        "tensor(float16)": np.float16,
    }
    overridable = {i.name for i in session.get_overridable_initializers()}
    feeds = {}
    for value in session.get_inputs():
        if value.name not in overridable:
            shape = [d if isinstance(d, int) and d > 0 else 1 for d in value.shape]
            feeds[value.name] = random.standard_normal(shape).astype(kinds[value.type])
    return feeds


class Network:
    def __init__(self, path):
        self.model = onnx.load(path)
        graph = self.graph = self.model.graph
        known = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
        # Everything that follows from constants alone is found by running it.
        derived, fixed = [], set(known)
        for node in graph.node:
            # CastLike takes the second input for its type alone.
            needed = node.input[:1] if node.op_type == "CastLike" else node.input
            if node.op_type == "Constant" or (needed and all(not i or i in fixed for i in needed)):
                fixed.update(node.output)
                derived.extend(o for o in node.output if o and node.op_type not in SEQUENCES)
        if derived:
            session = session_for(self.model, derived)
            values = session.run(None, feeds_for(session, np.random.default_rng(0)))
            known.update(zip((o.name for o in session.get_outputs()), values))
        self.constants = known

    def shapes(self):
        names = [o for n in self.graph.node if n.op_type not in SEQUENCES for o in n.output if o]
        session = session_for(self.model, names)
        feeds = feeds_for(session, np.random.default_rng(0))
        shapes = {name: array.shape for name, array in feeds.items()}
        for output, array in zip(session.get_outputs(), session.run(None, feeds)):
            shapes[output.name] = array.shape
        shapes.update((name, array.shape) for name, array in self.constants.items())
        return shapes


def vector(array, channels, rank, axis):
    """A constant as one number per channel, or None if it is anything else."""
    if array.size == 1:
        return np.full(channels, float(array.reshape(-1)[0]))
    padded = (1,) * (rank - array.ndim) + array.shape
    if array.size == channels and padded[axis] == channels:
        return array.reshape(-1).astype(float)
    return None


def propagate(network, shapes, through_add):
    """Tensor name to Gaussians, for tensors before the activations."""
    known = {}
    constants = network.constants
    for node in network.graph.node:
        op, ins, attributes = node.op_type, list(node.input), attributes_of(node)
        out = node.output[0]
        if op == "BatchNormalization":
            gamma, beta, _, variance = (constants[i].astype(float) for i in ins[1:5])
            epsilon = attributes.get("epsilon", 1e-5)
            std = np.abs(gamma) * np.sqrt(variance / (variance + epsilon))
            known[out] = Gaussians(1, beta, std)
        elif op in ("Identity", "Dropout") and ins[0] in known:
            known[out] = known[ins[0]]
        elif op == "Transpose" and ins[0] in known:
            g = known[ins[0]]
            known[out] = Gaussians(attributes["perm"].index(g.axis), g.mean, g.std)
        elif op == "Concat" and any(i in known for i in ins):
            axis = attributes["axis"] % len(shapes[out])
            parts = []
            for i in ins:
                g, channels = known.get(i), shapes[i][axis]
                if g is None or g.axis != axis:
                    g = Gaussians(axis, np.full(channels, np.nan), np.full(channels, np.nan))
                parts.append(g)
            mean = np.concatenate([g.mean for g in parts])
            known[out] = Gaussians(axis, mean, np.concatenate([g.std for g in parts]))
        elif op in ("Add", "Sub", "Mul", "Div") and len(ins) == 2:
            first, second = (i in known for i in ins)
            if first and second and op == "Add" and through_add:
                a, b = (known[i] for i in ins)
                if a.axis == b.axis and a.mean.size == b.mean.size:
                    known[out] = Gaussians(a.axis, a.mean + b.mean, np.hypot(a.std, b.std))
            elif first != second:
                g, other = (known[ins[0]], ins[1]) if first else (known[ins[1]], ins[0])
                if other not in constants or (op == "Div" and second):
                    continue
                v = vector(constants[other], g.mean.size, len(shapes[out]), g.axis)
                if v is None:
                    continue
                if op == "Add":
                    known[out] = Gaussians(g.axis, g.mean + v, g.std)
                elif op == "Sub":
                    mean = g.mean - v if first else v - g.mean
                    known[out] = Gaussians(g.axis, mean, g.std)
                else:
                    v = v if op == "Mul" else 1 / v
                    known[out] = Gaussians(g.axis, g.mean * v, g.std * np.abs(v))
    return known


def interval(node, constants):
    """(low, value there, high, value there): where the activation is constant."""
    attributes = attributes_of(node)
    if node.op_type == "Relu":
        return 0.0, 0.0, math.inf, None
    if node.op_type == "HardSwish":
        return -3.0, 0.0, math.inf, None
    if node.op_type == "HardSigmoid":
        alpha, beta = attributes.get("alpha", 0.2), attributes.get("beta", 0.5)
        return -beta / alpha, 0.0, (1 - beta) / alpha, 1.0
    if node.op_type == "Clip":
        bounds = [attributes.get("min", -math.inf), attributes.get("max", math.inf)]
        for k, name in enumerate(node.input[1:3]):
            if name:
                bounds[k] = float(constants[name].reshape(-1)[0])
        low, high = bounds
        return low, low, high, high
    return None


def dead_channels(g, node, constants, threshold):
    """Mask and value per channel, where the activation is declared pinned."""
    low, at_low, high, at_high = interval(node, constants)
    spread = np.where(g.std > 0, g.std, 1.0)
    with np.errstate(invalid="ignore"):
        below = np.where(g.std > 0, normal_cdf((low - g.mean) / spread), g.mean <= low)
        above = np.where(g.std > 0, normal_cdf((g.mean - high) / spread), g.mean >= high)
        below = (below >= threshold) & ~np.isnan(g.std)
        above = (above >= threshold) & ~np.isnan(g.std)
    value = np.zeros(g.mean.size)
    value[below] = at_low
    if above.any():
        value[above] = at_high
    return below | above, value


def hold(network, shapes, gaussians, threshold):
    """The network with dead channels held and all other activations made wavy."""
    model = onnx.ModelProto()
    model.CopyFrom(network.model)
    nodes, held, extra = [], {}, []

    def constant(array, name):
        extra.append(numpy_helper.from_array(array, name))
        return name

    for index, node in enumerate(model.graph.node):
        nodes.append(node)
        out = node.output[0] if node.output else None
        mask = value = None
        axis = 1
        if node.op_type == "BatchNormalization":
            g = gaussians[out]
            mask, value = g.std == 0, g.mean
        elif interval(node, network.constants) and node.input[0] in gaussians:
            g = gaussians[node.input[0]]
            axis = g.axis
            mask, value = dead_channels(g, node, network.constants, threshold)
            if mask.any():
                held[node.name or out] = np.flatnonzero(mask).tolist()
        wavy = node.op_type in MONOTONE
        if not wavy and (mask is None or not mask.any()):
            continue
        free = f"free_{index}"
        node.output[0] = free
        if wavy:
            sine, small, sum_ = (f"{kind}_{index}" for kind in ("sine", "small", "wavy"))
            tenth = constant(np.array(0.1, np.float32), f"tenth_{index}")
            nodes.append(helper.make_node("Sin", [node.input[0]], [sine]))
            nodes.append(helper.make_node("Mul", [sine, tenth], [small]))
            nodes.append(helper.make_node("Add", [free, small], [sum_]))
            free = sum_
        if mask is not None and mask.any():
            shape = [1] * len(shapes[out])
            shape[axis] = -1
            alive = constant((~mask).astype(np.float32).reshape(shape), f"alive_{index}")
            value = np.where(mask, value, 0).astype(np.float32)
            pinned = constant(value.reshape(shape), f"pinned_{index}")
            nodes.append(helper.make_node("Mul", [free, alive], [f"masked_{index}"]))
            nodes.append(helper.make_node("Add", [f"masked_{index}", pinned], [out]))
        else:
            nodes.append(helper.make_node("Identity", [free], [out]))
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    model.graph.initializer.extend(extra)
    model.graph.ClearField("value_info")
    return model, held


def randomise(model, constants, random):
    """Generic weights: what varies in principle then varies in float32 too."""
    for index, node in enumerate(model.graph.node):
        if node.op_type in ("Conv", "ConvTranspose", "Gemm", "MatMul"):
            slots = [k for k in (0, 1) if node.input[k] in constants]
        elif node.op_type == "BatchNormalization":
            slots = [1, 2, 3, 4]
        else:
            continue
        for slot in slots:
            old = constants[node.input[slot]]
            new = random.standard_normal(old.shape)
            if node.op_type == "BatchNormalization":
                scale, shift = random.choice([-1, 1], old.shape) + 0.3 * new, 0.2 * new
                new = {1: scale, 2: shift, 3: np.zeros(old.shape), 4: np.ones(old.shape)}[slot]
            else:
                transposed = node.op_type == "Gemm" and attributes_of(node).get("transB")
                rows = node.op_type in ("Gemm", "MatMul") and not transposed
                new *= math.sqrt(2 / (old.shape[0] if rows else math.prod(old.shape[1:])))
            name = f"random_{index}_{slot}"
            model.graph.initializer.append(numpy_helper.from_array(new.astype(old.dtype), name))
            node.input[slot] = name


def readers(network, shapes):
    """(node, the tensor it reads, its channel axis)."""
    found = []
    for node in network.graph.node:
        if node.op_type in ("Conv", "ConvTranspose"):
            weight, group = shapes[node.input[1]], attributes_of(node).get("group", 1)
            inputs = shapes[node.input[0]][1]
            if node.op_type == "Conv" and group == inputs > 1 and weight[1] == 1:
                continue
            found.append((node, node.input[0], 1))
        elif node.op_type == "Gemm":
            axis = 0 if attributes_of(node).get("transA") else 1
            found.append((node, node.input[0], axis))
        elif node.op_type == "MatMul":
            a, b = node.input
            if a not in network.constants:
                found.append((node, a, len(shapes[a]) - 1))
            elif b not in network.constants:
                found.append((node, b, len(shapes[b]) - 2))
    return [(node, name, axis) for node, name, axis in found if name not in network.constants]


def removable(path, threshold, runs=6, seed=0, through_add=False, keep_weights=False):
    network = Network(path)
    shapes = network.shapes()
    gaussians = propagate(network, shapes, through_add)
    model, held = hold(network, shapes, gaussians, threshold)
    random = np.random.default_rng(seed)
    if not keep_weights:
        randomise(model, network.constants, random)
    listed = readers(network, shapes)
    session = session_for(model, [name for _, name, _ in listed])
    names = [o.name for o in session.get_outputs()]
    same, first = {}, None
    for _ in range(runs):
        seen = dict(zip(names, session.run(None, feeds_for(session, random))))
        if first is None:
            first = seen
            same = {name: np.ones(array.shape, bool) for name, array in seen.items()}
        for name, array in seen.items():
            assert np.isfinite(array).all(), f"{name} is not finite"
            same[name] &= array == first[name]
    result = []
    for node, name, axis in listed:
        others = tuple(k for k in range(first[name].ndim) if k != axis)
        constant = same[name].all(axis=others)
        even = first[name].max(axis=others) == first[name].min(axis=others)
        entry = {"node": node.name or node.output[0], "op": node.op_type, "input": name}
        entry["channels"] = int(constant.size)
        entry["constant"] = np.flatnonzero(constant).tolist()
        entry["uneven"] = np.flatnonzero(constant & ~even).tolist()
        result.append(entry)
    return {"threshold": threshold, "held": held, "readers": result}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model")
    parser.add_argument("threshold", type=float)
    parser.add_argument("--runs", type=int, default=6)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--through-add", action="store_true")
    parser.add_argument("--keep-weights", action="store_true")
    options = vars(parser.parse_args())
    print(json.dumps(removable(options.pop("model"), options.pop("threshold"), **options)))
