"""Trains one network so that channels die, then exports it and writes its model card.

    python zoo/train.py mobilenetv1 --width 0.5 --dataset cifar10 \\
        --train cifar-10/train --test cifar-10/test --out runs/mobilenetv1_050_cifar10

The loss is cross entropy plus an L1 penalty on every BatchNorm scale: network slimming
(Liu et al. 2017, arXiv:1708.06519). Stochastic gradient descent with Nesterov momentum on a
one-cycle schedule (Smith and Topin 2017, arXiv:1708.07120), random crop and flip.
"""

import argparse
import pathlib
import time

import torch
from torch import nn
from torch.nn import functional as F

import card
import data
import export
import nets


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("network", choices=nets.NETWORKS)
    parser.add_argument("--width", type=float, default=0.5)
    parser.add_argument("--dataset", choices=data.NORMALISATION, required=True)
    parser.add_argument("--train", nargs="+", required=True, help="folder, zip, .bin or IDX images")
    parser.add_argument("--test", nargs="+", required=True, help="the same for the test images")
    parser.add_argument("--out", required=True, help="written: OUT.pt, .onnx, .md and .json")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=0.2, help="highest learning rate")
    parser.add_argument("--decay", type=float, default=5e-4, help="weight decay")
    parser.add_argument("--penalty", type=float, default=2e-4, help="L1 on the BatchNorm scales")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def normaliser(dataset):
    mean, std = (torch.tensor(v).view(1, -1, 1, 1) for v in data.NORMALISATION[dataset])

    def normalise(images):
        images = (images.float() / 255 - mean) / std
        return images.contiguous(memory_format=torch.channels_last)

    return normalise


def augment(images):
    """A crop of the zero-padded image at a random place, mirrored half of the time."""
    count, size = len(images), images.shape[-1]
    margin = size // 8
    padded = F.pad(images, (margin,) * 4)
    pixels = torch.arange(size)
    mirrored = torch.rand(count, 1) < 0.5
    columns = torch.where(mirrored, pixels.flip(0), pixels)
    columns = columns + torch.randint(0, 2 * margin + 1, (count, 1))
    rows = pixels + torch.randint(0, 2 * margin + 1, (count, 1))
    which = torch.arange(count)[:, None, None]
    return padded[which, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


@torch.no_grad()
def accuracy(network, images, labels, normalise):
    network.eval()
    batches = zip(images.split(500), labels.split(500))
    right = sum((network(normalise(x)).argmax(1) == y).sum().item() for x, y in batches)
    return right / len(images)


def train(options):
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    normalise = normaliser(options.dataset)
    images, labels = data.load(options.train)
    test_images, test_labels = data.load(options.test)

    shape = {"classes": int(labels.max()) + 1, "image_channels": images.shape[1], "small": True}
    network = nets.NETWORKS[options.network](options.width, **shape)
    network = network.to(memory_format=torch.channels_last)
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]

    batches = max(1, len(images) // options.batch)
    optimiser = torch.optim.SGD(
        network.parameters(), options.rate, 0.9, weight_decay=options.decay, nesterov=True
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, options.rate, total_steps=options.epochs * batches, pct_start=0.2
    )
    for epoch in range(options.epochs):
        start = time.time()
        network.train()
        order = torch.randperm(len(images))[: batches * options.batch]
        for chosen in order.chunk(batches):
            logits = network(normalise(augment(images[chosen])))
            loss = F.cross_entropy(logits, labels[chosen])
            loss = loss + options.penalty * sum(norm.weight.abs().sum() for norm in norms)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        score = accuracy(network, test_images, test_labels, normalise)
        seconds = time.time() - start
        print(
            f"epoch {epoch + 1}: loss {loss:.3f}, accuracy {score:.4f}, {seconds:.0f} s", flush=True
        )

    names = ("network", "width", "dataset", "epochs", "batch", "rate", "decay", "penalty", "seed")
    facts = {name: getattr(options, name) for name in names} | shape
    facts |= {"image_size": images.shape[-1], "train_images": len(images)}
    facts |= {"test_images": len(test_images), "accuracy": score}
    return network, facts


def main():
    options = arguments()
    out = pathlib.Path(options.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    network, facts = train(options)
    torch.save({"facts": facts, "state": network.state_dict()}, f"{out}.pt")
    export.export(network, facts, f"{out}.onnx")
    card.write(facts, f"{out}.onnx")


if __name__ == "__main__":
    main()
