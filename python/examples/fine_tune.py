"""Fine-tunes a pruned network on the answers of the original, in PyTorch; labels are not needed.

python fine_tune.py ORIGINAL.onnx SMALLER.onnx IMAGES.npy TUNED.onnx [EPOCHS]

IMAGES.npy is a float array (N, C, H, W), preprocessed as the network reads it.
"""

import sys

import numpy as np
import onnx2torch
import torch


def tune(original: str, smaller: str, images: torch.Tensor, epochs: int = 10, batch: int = 64) -> torch.nn.Module:
    torch.manual_seed(0)
    teacher = onnx2torch.convert(original).eval()
    student = onnx2torch.convert(smaller).train()
    steps = epochs * (len(images) // batch)
    optimiser = torch.optim.SGD(student.parameters(), lr=0.02, momentum=0.9, nesterov=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for epoch in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(images)).split(batch):
            if len(rows) < batch:  # a rest that BatchNormalization would take for the whole
                continue
            x = images[rows]
            x = x.flip(3) if torch.rand(()) < 0.5 else x
            with torch.no_grad():
                wanted = teacher(x).log_softmax(1)
            answers = student(x).log_softmax(1)
            loss = torch.nn.functional.kl_div(answers, wanted, log_target=True, reduction="batchmean")
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item() * len(rows) / len(images)
        print(f"epoch {epoch + 1}: KL {total:.4f}")
    return student


if __name__ == "__main__":
    original, smaller, data, output = sys.argv[1:5]
    images = torch.from_numpy(np.load(data)).float()
    student = tune(original, smaller, images, *map(int, sys.argv[5:6]))
    # BatchNormalization stays in the file, so that it can be pruned again.
    keep = {"training": torch.onnx.TrainingMode.PRESERVE, "do_constant_folding": False}
    torch.onnx.export(student.eval(), (images[:1],), output, dynamo=False, **keep)
