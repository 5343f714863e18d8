"""Exports a trained network to ONNX with BatchNorm kept.

    python zoo/export.py runs/NAME.pt runs/NAME.onnx

Most exporters fold BatchNorm into the convolution, and with it goes what tells dead channels
from living ones. PyTorch's TorchScript exporter keeps it when asked to preserve the mode.
"""

import sys
import warnings

import numpy as np
import onnxruntime
import torch

import nets


def load(path):
    """The network and the facts of a checkpoint."""
    checkpoint = torch.load(path, weights_only=True)
    facts = checkpoint["facts"]
    network = build(facts)
    network.load_state_dict(checkpoint["state"])
    return network, facts


def build(facts):
    shape = {name: facts[name] for name in ("classes", "image_channels", "small")}
    return nets.NETWORKS[facts["network"]](facts["width"], **shape)


def export(network, facts, path):
    network = network.to(memory_format=torch.contiguous_format).eval()
    example = torch.randn(1, facts["image_channels"], facts["image_size"], facts["image_size"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (example,),
            path,
            dynamo=False,
            training=torch.onnx.TrainingMode.PRESERVE,
            do_constant_folding=False,
            opset_version=17,
            input_names=["input"],
            output_names=["logits"],
            dynamic_axes={"input": {0: "batch"}, "logits": {0: "batch"}},
        )
    session = onnxruntime.InferenceSession(path)
    exported = session.run(None, {"input": example.numpy()})[0]
    with torch.no_grad():
        difference = np.abs(exported - network(example).numpy()).max()
    assert difference < 1e-3, f"the exported network differs by {difference}"


if __name__ == "__main__":
    export(*load(sys.argv[1]), sys.argv[2])
