"""Prunes one network with other tools, to the same MACs: onnxsim on the ONNX file, Torch-Pruning on the weights.

    pip install -r zoo/requirements.txt -r zoo/requirements-peers.txt
    python zoo/peers.py runs/mobilenetv1_050_cifar10 --macs 30 50 --images calibration.zip --out peers

RUN.onnx and RUN.pt are what train.py wrote. For every tool, criterion and target one ONNX file is written to --out, and
peers.json lists them with the MACs that are left. Each tool is asked for the sparsity that comes nearest to the
target, found by bisection, one ratio for the whole network (global) where the tool offers it. Nothing is trained afterwards.
"""

import argparse
import copy
import json
import pathlib
import warnings

import numpy as np
import onnx
import onnxsim
import onnxsim.pruning
import torch
import torch_pruning

import data
import export
import nets

# Bisection stops at a hundredth of a per cent of the sparsity: far below a channel.
STEPS = 14


def macs(model):
    """Multiply-adds of Conv, ConvTranspose, Gemm and MatMul at batch 1, from inferred shapes."""
    graph = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True).graph
    shapes = {t.name: list(t.dims) for t in graph.initializer}
    for value in [*graph.input, *graph.output, *graph.value_info]:
        shapes.setdefault(value.name, [d.dim_value or 1 for d in value.type.tensor_type.shape.dim])
    for node in graph.node:
        if node.op_type == "Constant":
            shapes[node.output[0]] = list(onnx.helper.get_node_attr_value(node, "value").dims)
        if node.op_type == "Identity" and node.input[0] in shapes:
            shapes.setdefault(node.output[0], shapes[node.input[0]])
    total = 0
    for node in graph.node:
        if node.op_type == "Conv":
            total += np.prod(shapes[node.output[0]][1:]) * np.prod(shapes[node.input[1]][1:])
        elif node.op_type == "ConvTranspose":
            total += np.prod(shapes[node.input[0]][1:]) * np.prod(shapes[node.input[1]][1:])
        elif node.op_type in ("Gemm", "MatMul"):
            total += np.prod(shapes[node.output[0]][1:]) * shapes[node.input[0]][-1]
    return int(total)


def nearest(prune, whole, target):
    """The network whose MACs come nearest to what `target` per cent less would leave."""
    wanted = whole * (1 - target / 100)
    low, high, best = 0.0, 0.99, None
    for _ in range(STEPS):
        ratio = (low + high) / 2
        model = prune(ratio)
        left = macs(model)
        if best is None or abs(left - wanted) < abs(best[1] - wanted):
            best = (model, left)
        low, high = (ratio, high) if left > wanted else (low, ratio)
    return best


def with_onnxsim(model, images):
    """Structured pruning by onnxsim: L2 norm of filters, and Wanda's norm of weight times activation.

    It finds no chain across a BatchNormalization, so the network is simplified first, which folds them.
    """
    model, same = onnxsim.simplify(model)
    assert same, "onnxsim's own check of the simplified network"
    name = model.graph.input[0].name
    batches = [{name: batch} for batch in np.array_split(images, max(1, len(images) // 32))]
    prune = onnxsim.pruning.apply_structured_pruning
    wanda = onnxsim.pruning.apply_structured_wanda_pruning
    return {
        "onnxsim L2": lambda ratio: prune(model, sparsity=ratio, global_sparsity=True),
        "onnxsim Wanda": lambda ratio: wanda(
            model, calibration_data=batches, sparsity=ratio, global_sparsity=True
        ),
    }


def with_torch_pruning(network, facts, folder):
    """Torch-Pruning with its own importances, global, written as ONNX like the original."""
    size = facts["image_size"]
    example = torch.zeros(1, facts["image_channels"], size, size)
    importances = {
        "Torch-Pruning L2": torch_pruning.importance.GroupMagnitudeImportance(p=2, group_reduction="first"),
        "Torch-Pruning group norm": torch_pruning.importance.GroupMagnitudeImportance(p=2),
        "Torch-Pruning FPGM": torch_pruning.importance.FPGMImportance(),
        "Torch-Pruning BN scale": torch_pruning.importance.BNScaleImportance(),
    }
    def pruner(importance):
        def prune(ratio):
            pruned = copy.deepcopy(network)
            kept = [m for m in pruned.modules() if isinstance(m, torch.nn.Linear)][-1:]
            torch_pruning.pruner.BasePruner(
                pruned,
                example,
                importance=importance,
                global_pruning=True,
                pruning_ratio=ratio,
                # A layer that loses everything is no network any more.
                max_pruning_ratio=0.95,
                ignored_layers=kept,
            ).step()
            file = folder / "trial.onnx"
            export.export(pruned, facts, str(file))
            model = onnx.load(file)
            file.unlink()
            return model

        return prune

    return {name: pruner(importance) for name, importance in importances.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("run", help="what train.py was given as --out")
    parser.add_argument("--macs", type=float, nargs="+", default=[30, 50], help="per cent to remove")
    parser.add_argument("--images", nargs="+", required=True, help="for Wanda; as --train of train.py")
    parser.add_argument("--count", type=int, default=64, help="how many of them")
    parser.add_argument("--out", required=True, help="folder")
    options = parser.parse_args()
    folder = pathlib.Path(options.out)
    folder.mkdir(parents=True, exist_ok=True)
    warnings.filterwarnings("ignore")

    stored = torch.load(f"{options.run}.pt", weights_only=True)
    facts = stored["facts"]
    shape = {name: facts[name] for name in ("classes", "image_channels", "small")}
    network = nets.NETWORKS[facts["network"]](facts["width"], **shape)
    network.load_state_dict(stored["state"])
    network.eval()
    model = onnx.load(f"{options.run}.onnx")

    images, _ = data.load(options.images)
    chosen = torch.randperm(len(images), generator=torch.Generator().manual_seed(0))[: options.count]
    mean, std = (torch.tensor(v).view(1, -1, 1, 1) for v in data.NORMALISATION[facts["dataset"]])
    images = ((images[chosen].float() / 255 - mean) / std).numpy()

    whole = macs(model)
    tools = with_onnxsim(model, images) | with_torch_pruning(network, facts, folder)
    found = []
    for tool, prune in tools.items():
        for target in options.macs:
            try:
                pruned, left = nearest(prune, whole, target)
            except Exception as error:  # A tool that cannot prune this network is a result too.
                reason = str(error).strip().split("\n")[0][:200] or type(error).__name__
                found.append({"tool": tool, "target": target, "error": reason})
                print(f"{tool} −{target} %: {reason}", flush=True)
                continue
            file = f"{tool.replace(' ', '_').lower()}_{target:g}.onnx"
            onnx.save(pruned, folder / file)
            found.append({"tool": tool, "target": target, "file": file, "macs": left, "of": whole})
            print(f"{tool} −{target} %: {100 - 100 * left / whole:.1f} % fewer MACs", flush=True)
    (folder / "peers.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
