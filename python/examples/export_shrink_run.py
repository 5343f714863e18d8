"""From PyTorch to a smaller file, and an answer of it: torchvision's MobileNetV2 with random weights."""

import channel_pruning as cp
import numpy as np
import onnxruntime
import torch
import torchvision

net = torchvision.models.mobilenet_v2().eval()
x = np.random.default_rng(0).normal(size=(32, 3, 224, 224)).astype("float32")
keep = {"training": torch.onnx.TrainingMode.PRESERVE, "do_constant_folding": False}
torch.onnx.export(net, (torch.from_numpy(x[:1]),), "net.onnx", dynamo=False, **keep)
small, report = cp.shrink("net.onnx", macs=20, images=x)
session = onnxruntime.InferenceSession(small)
answers = session.run(None, {session.get_inputs()[0].name: x[:1]})[0]
print(report["macs"], report["agreement"], answers.shape)
