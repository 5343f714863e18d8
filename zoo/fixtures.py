"""Writes the network skeletons of tests/fixtures: graphs without their large weights.

    python zoo/fixtures.py tests/fixtures [NAME ...]

Needs torch, torchvision, timm, onnx, onnxscript and onnxruntime. Every file is exported
(or built by hand, fixture_graphs.py), counted, and then stripped of its float tensors
of more than 16 elements: they keep name, type and dims, and the tests refill them.
"""

import collections
import io
import json
import logging
import pathlib
import sys
import warnings

import numpy as np
import onnx
import onnxruntime
import onnxscript.optimizer
import timm
import torch
import torchvision
from onnx import numpy_helper
from torch import nn
from torch.nn import functional as F

import nets
from fixture_graphs import GRAPHS

LARGEST_KEPT = 16


# --- the networks that nets.py does not define ---------------------------------------


class ReferenceShuffleUnit(nn.Module):
    """The unit of the widely used ShuffleNetV1 port: it shuffles after the depthwise
    convolution, with the two factors of the reshape the other way round."""

    def __init__(self, inputs, outputs, stride, groups, first_groups):
        super().__init__()
        hidden = outputs // 4
        self.stride, self.groups = stride, groups
        self.branch_main_1 = nn.Sequential(
            *nets.conv_norm(inputs, hidden, groups=first_groups),
            *nets.depthwise(hidden, 3, stride, activation=None),
        )
        expanded = outputs - inputs if stride == 2 else outputs
        self.branch_main_2 = nets.conv_norm(hidden, expanded, groups=groups, activation=None)
        self.branch_proj = nn.AvgPool2d(3, 2, 1)

    def shuffle(self, x):
        batch, channels, height, width = x.shape
        x = x.reshape(batch, channels // self.groups, self.groups, height, width)
        return x.permute(0, 2, 1, 3, 4).reshape(batch, channels, height, width)

    def forward(self, x):
        y = self.branch_main_2(self.shuffle(self.branch_main_1(x)))
        if self.stride == 1:
            return F.relu(x + y)
        return torch.cat((self.branch_proj(x), F.relu(y)), 1)


class ReferenceShuffleNetV1(nn.Module):
    """Average pool 7x7, view, and a classifier without bias."""

    def __init__(self, groups):
        super().__init__()
        self.first_conv = nets.conv_norm(3, 24, 3, 2)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        units, channels = [], 24
        for stage, repeats in enumerate([4, 8, 4]):
            outputs = nets.ShuffleNetV1.FIRST_STAGE[groups] * 2**stage
            for repeat in range(repeats):
                stride = 2 if repeat == 0 else 1
                first = groups if units else 1
                units.append(ReferenceShuffleUnit(channels, outputs, stride, groups, first))
                channels = outputs
        self.features = nn.Sequential(*units)
        self.globalpool = nn.AvgPool2d(7)
        self.classifier = nn.Linear(channels, 1000, bias=False)
        self.channels = channels

    def forward(self, x):
        x = self.features(self.maxpool(self.first_conv(x)))
        return self.classifier(self.globalpool(x).contiguous().view(-1, self.channels))


def seeded(net):
    """Random BatchNorm parameters: equal tensors would be merged by the old exporter."""
    torch.manual_seed(1)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias)
            nn.init.normal_(module.running_mean)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    return net.eval()


# --- the exporters ---------------------------------------------------------------------


def torchscript(net, size, dynamic=False, opset=17, folded=False):
    """The old exporter; BatchNorm survives PRESERVE without constant folding."""
    file = io.BytesIO()
    mode = torch.onnx.TrainingMode
    torch.onnx.export(
        net,
        (torch.zeros(1, 3, size, size),),
        file,
        dynamo=False,
        training=mode.EVAL if folded else mode.PRESERVE,
        do_constant_folding=folded,
        opset_version=opset,
        input_names=["input"],
        output_names=["logits"],
        dynamic_axes={"input": {0: "batch"}, "logits": {0: "batch"}} if dynamic else None,
    )
    return onnx.load_from_string(file.getvalue())


def dynamo(net, size, dynamic=False, opset=18, optimise="no"):
    """The new exporter. `optimise`: "no" keeps BatchNorm and every helper node, "fold"
    then folds constants, "default" is its own optimiser, which fuses BatchNorm."""
    program = torch.onnx.export(
        net,
        (torch.zeros(2 if dynamic else 1, 3, size, size),),
        dynamo=True,
        opset_version=opset,
        optimize=optimise == "default",
        input_names=["input"],
        output_names=["logits"],
        dynamic_shapes=({0: torch.export.Dim("batch")},) if dynamic else None,
        verbose=False,
    )
    if optimise == "fold":
        onnxscript.optimizer.fold_constants(program.model)
        onnxscript.optimizer.remove_unused_nodes(program.model)
    return program.model_proto


# --- counts, independent of the product ------------------------------------------------


def all_tensors(model):
    """Every tensor of one run at batch 1: name to array."""
    everything = onnx.ModelProto()
    everything.CopyFrom(model)
    known = {output.name for output in model.graph.output}
    for node in model.graph.node:
        if node.op_type == "SplitToSequence":
            continue
        for name in node.output:
            if name and name not in known:
                everything.graph.output.append(onnx.ValueInfoProto(name=name))
                known.add(name)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(everything.SerializeToString(), options)
    random = np.random.default_rng(0)
    tensors = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    feeds = {}
    for value in session.get_inputs():
        shape = [d if isinstance(d, int) else 1 for d in value.shape]
        feeds[value.name] = random.standard_normal(shape).astype(np.float32)
    tensors.update(feeds)
    names = [output.name for output in session.get_outputs()]
    tensors.update(zip(names, session.run(names, feeds)))
    return tensors, {name: list(array.shape) for name, array in feeds.items()}


def count(model):
    """Parameters (weights, biases, BatchNorm scale and shift) and multiply-adds.

    A tensor is counted once for each node that reads it. `params_other` are PRelu slopes
    and per-channel constants of Mul, Add, Sub, Div: no weights by the definition above.
    """
    tensors, inputs = all_tensors(model)
    size = lambda name: int(tensors[name].size)
    params = other = macs = channels = 0
    constant = {t.name for t in model.graph.initializer}
    products = set()
    for node in model.graph.node:
        ins = list(node.input)
        if node.op_type == "Constant" or (ins and all(i in constant for i in ins if i)):
            constant.update(node.output)
            continue
        shapes = [tensors[i].shape if i in tensors else None for i in ins]
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        if node.op_type in ("Conv", "ConvTranspose"):
            params += sum(size(i) for i in ins[1:] if i)
            pixels = size(node.output[0] if node.op_type == "Conv" else ins[0])
            macs += pixels * int(np.prod(shapes[1][1:]))
        elif node.op_type == "Gemm":
            params += sum(size(i) for i in ins[1:] if i in constant)
            depth = shapes[0][0] if attributes.get("transA") else shapes[0][1]
            macs += size(node.output[0]) * depth
        elif node.op_type == "MatMul":
            params += sum(size(i) for i in ins if i in constant)
            macs += size(node.output[0]) * shapes[0][-1]
            products.add(node.output[0])
        elif node.op_type == "BatchNormalization":
            params += size(ins[1]) + size(ins[2])
            channels += size(ins[1])
        elif node.op_type in ("PRelu", "Mul", "Add", "Sub", "Div"):
            vectors = sum(size(i) for i in ins if i in constant and size(i) > 1)
            if any(i in products for i in ins):
                params += vectors
            else:
                other += vectors
    return {
        "inputs": inputs,
        "outputs": {o.name: list(tensors[o.name].shape) for o in model.graph.output},
        "params": params,
        "params_other": other,
        "macs": macs,
        "batchnorm_channels": channels,
    }


# --- skeletons ---------------------------------------------------------------------------


def tensors_of(graph):
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.TENSOR:
                yield attribute.t


def strip(model):
    """Drops the large float tensors, stack traces, and inferred shapes."""
    floats = {onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16, onnx.TensorProto.DOUBLE}
    for tensor in tensors_of(model.graph):
        if tensor.data_type in floats and np.prod(tensor.dims) > LARGEST_KEPT:
            for field in ("raw_data", "float_data", "double_data", "int32_data"):
                tensor.ClearField(field)
    graph = model.graph
    for part in (model, graph, *graph.node, *graph.initializer, *graph.input, *graph.output):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    graph.ClearField("value_info")
    return model


# --- the list ------------------------------------------------------------------------------


def exports():
    """(name, exporter, network, model) of every exported file, one at a time."""
    imagenet = {
        "mobilenetv1": lambda: nets.MobileNetV1(),
        "mobilenetv2": lambda: torchvision.models.mobilenet_v2(),
        "shufflenetv1_g3": lambda: ReferenceShuffleNetV1(3),
        "shufflenetv2": lambda: torchvision.models.shufflenet_v2_x1_0(),
        "ghostnet": lambda: timm.create_model("ghostnet_100"),
    }
    small = {
        "mobilenetv1": lambda: nets.MobileNetV1(0.5, 10, small=True),
        "mobilenetv2": lambda: nets.MobileNetV2(0.5, 10, small=True),
        "shufflenetv1_g3": lambda: nets.ShuffleNetV1(1.0, 10, small=True),
        "shufflenetv2": lambda: nets.ShuffleNetV2(0.5, 10, small=True),
        "ghostnet": lambda: nets.GhostNet(0.5, 10, small=True),
    }
    jobs = []

    def job(name, make, size, *variants):
        jobs.extend((f"{name}_{size}_{v}", make, size, v) for v in variants)

    for name, make in imagenet.items():
        job(name, make, 224, "ts", "dynamo_fold")
    for name, make in small.items():
        job(name, make, 32, "ts", "dynamo", "dynamo_fold")
        if "shuffle" in name:
            job(name, make, 32, "ts_batch", "dynamo_fold_batch")
    for groups in (2, 4, 8):
        name = f"shufflenetv1_g{groups}"
        job(name, lambda g=groups: ReferenceShuffleNetV1(g), 224, "dynamo_fold")
        own = lambda g=groups: nets.ShuffleNetV1(1.0, 10, small=True, groups=g)
        job(name, own, 32, "ts_batch")
    # Untrained, so that the exporter merges equal tensors behind Identity nodes.
    job("mobilenetv2", small["mobilenetv2"], 32, "ts_merged", "ts_default", "dynamo_default")
    job("shufflenetv2", small["shufflenetv2"], 32, "dynamo_default")
    job("mobilenetv3", torchvision.models.mobilenet_v3_small, 224, "ts11", "dynamo_fold")

    for name, make, size, variant in jobs:
        net = make().eval() if variant == "ts_merged" else seeded(make())
        dynamic = variant.endswith("_batch")
        if variant.startswith("dynamo"):
            how = next((h for h in ("fold", "default") if h in variant), "no")
            model = dynamo(net, size, dynamic, optimise=how)
        else:
            opset = 11 if variant == "ts11" else 17
            model = torchscript(net, size, dynamic, opset, folded=variant == "ts_default")
        yield name, variant, sum(p.numel() for p in net.parameters()), model


def files():
    for name, variant, params, model in exports():
        yield name, variant, params, model
    for name, build in GRAPHS.items():
        yield name, "by hand", None, build()


def main():
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    torch.set_num_threads(1)
    folder, wanted = pathlib.Path(sys.argv[1]), sys.argv[2:]
    expected = {}
    if wanted:
        expected = {e["file"]: e for e in json.loads((folder / "expected.json").read_text())}
    for name, exporter, params, model in files():
        if wanted and not any(w in name for w in wanted):
            continue
        entry = {"file": f"{name}.onnx", "exporter": exporter}
        entry["opset"] = model.opset_import[0].version
        entry.update(count(model))
        if params:
            entry["params_network"] = params
        nodes = collections.Counter(node.op_type for node in model.graph.node)
        entry["nodes"] = dict(sorted(nodes.items()))
        expected[entry["file"]] = entry
        data = strip(model).SerializeToString()
        (folder / entry["file"]).write_bytes(data)
        print(f"{name:40} {len(data) / 1024:6.1f} KiB {entry['params']:>10,} {entry['macs']:>13,}")
    lines = ",\n".join(json.dumps(e) for _, e in sorted(expected.items()))
    (folder / "expected.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
