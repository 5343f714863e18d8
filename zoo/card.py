"""Writes the model card of an exported network: NAME.md for people, NAME.json for programs.

python zoo/card.py runs/NAME.pt runs/NAME.onnx
"""

import json
import math
import pathlib
import sys

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

import data
import export

TITLES = {
    "mobilenetv1": "MobileNetV1",
    "mobilenetv2": "MobileNetV2",
    "shufflenetv1": "ShuffleNetV1 (3 groups)",
    "shufflenetv2": "ShuffleNetV2",
    "ghostnet": "GhostNet",
    "cifar10": "CIFAR-10",
    "cifar100": "CIFAR-100",
    "fashion-mnist": "Fashion-MNIST",
}


def cost(network, image):
    """Parameters, and multiply-adds of convolutions and linear layers for one image."""
    macs = 0

    def count(layer, _, output):
        nonlocal macs
        macs += output.numel() * math.prod(layer.weight.shape[1:])

    for layer in network.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            layer.register_forward_hook(count)
    with torch.no_grad():
        network.eval()(image)
    return sum(p.numel() for p in network.parameters()), macs


def dead_channels(path, threshold=0.99):
    """BatchNorm channels in front of a ReLU, and those zero or less with that probability."""
    graph = onnx.load(path).graph
    values = {t.name: numpy_helper.to_array(t).astype(float) for t in graph.initializer}
    for node in graph.node:
        if node.op_type == "Identity" and node.input[0] in values:
            values[node.output[0]] = values[node.input[0]]
    rectified = {n.input[0] for n in graph.node if n.op_type in ("Relu", "Clip")}
    total = dead = 0
    for node in graph.node:
        if node.op_type != "BatchNormalization" or node.output[0] not in rectified:
            continue
        gamma, beta, _, variance = (values[name] for name in node.input[1:])
        epsilon = next(a.f for a in node.attribute if a.name == "epsilon")
        std = np.abs(gamma) * np.sqrt(variance / (variance + epsilon))
        ratio = beta / np.maximum(std, 1e-300)
        probability = [0.5 * math.erfc(r / math.sqrt(2)) for r in ratio]
        total += gamma.size
        dead += int((np.array(probability) >= threshold).sum())
    return total, dead


def describe(facts, path):
    size, channels = facts["image_size"], facts["image_channels"]
    network = export.build(facts)
    params, macs = cost(network, torch.zeros(1, channels, size, size))
    total, dead = dead_channels(path)
    mean, std = data.NORMALISATION[facts["dataset"]]
    return facts | {
        "file": pathlib.Path(path).name,
        "input": ["batch", channels, size, size],
        "mean": mean,
        "std": std,
        "parameters": params,
        "macs": macs,
        "rectified_channels": total,
        "dead_at_0.99": dead,
    }


def wilson(right, count, z=1.96):
    """Wilson's 95 % interval of a share (1927)."""
    share = right / count
    middle = share + z * z / (2 * count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    whole = 1 + z * z / count
    return (middle - half) / whole, (middle + half) / whole


def markdown(card):
    numbers = lambda values: ", ".join(f"{v:.4f}" for v in values)
    shape = "×".join(str(n) for n in card["input"][1:])
    colours = "RGB" if card["image_channels"] == 3 else "grey"
    epochs = f"{card['epochs']} epoch" + ("s" if card["epochs"] > 1 else "")
    dead = card["dead_at_0.99"]
    low, high = wilson(card["accuracy"] * card["test_images"], card["test_images"])
    penalty = f"L1 {card['penalty']:g} on every BatchNorm γ" if card["penalty"] else "no penalty"
    return f"""# {TITLES[card["network"]]} ×{card["width"]:g} on {TITLES[card["dataset"]]}

| | |
|---|---|
| File | `{card["file"]}` |
| Input | `input`, batch × {shape}, {colours} / 255, mean {numbers(card["mean"])}, std {numbers(card["std"])} |
| Output | `logits`, batch × {card["classes"]} |
| Test accuracy | {card["accuracy"]:.2%} [{low:.2%}, {high:.2%}] on {card["test_images"]:,} images that were not trained on |
| Parameters | {card["parameters"]:,} |
| MACs (the literature's FLOPs) | {card["macs"]:,} |
| BatchNorm channels before a ReLU | {card["rectified_channels"]:,}, of which {dead:,} are zero or less with P ≥ 0.99 |
| Trained on | {TITLES[card["dataset"]]}{card.get("data_note", "")}, {card["train_images"]:,} images, {epochs} |
| How | SGD with Nesterov momentum 0.9, one-cycle rate up to {card["rate"]:g}, batch {card["batch"]}, \
weight decay {card["decay"]:g}, {penalty}, random crop and flip, seed {card["seed"]} |
| Training time | {card["training_seconds"] / 60:.0f} minutes, on one core of a busy machine |

{card.get("note", "A network to try channel pruning on, not one to rely on.")}
"""


def write(facts, path):
    card = describe(facts, path)
    out = pathlib.Path(path)
    out.with_suffix(".md").write_text(markdown(card), encoding="utf-8")
    text = json.dumps(card, indent=2, ensure_ascii=False) + "\n"
    out.with_suffix(".json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(export.load(sys.argv[1])[1], sys.argv[2])
