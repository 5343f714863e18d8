"""Trains one network so that channels die, then exports it and writes its model card.

    python zoo/train.py mobilenetv1 --width 0.5 --dataset cifar10 \\
        --train cifar-10/train --test cifar-10/test --out runs/mobilenetv1_050_cifar10

The loss is cross entropy plus an L1 penalty on every BatchNorm scale: network slimming
(Liu et al. 2017, arXiv:1708.06519). Stochastic gradient descent with Nesterov momentum on a
one-cycle schedule (Smith and Topin 2017, arXiv:1708.07120), random crop and flip.

After every epoch OUT.checkpoint is written; started again with the same arguments, the training
goes on from there.
"""

import argparse
import os
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
    parser.add_argument("--device", default="cpu", help="cpu, or cuda for an accelerator")
    parser.add_argument("--bfloat16", action="store_true", help="activations in bfloat16")
    parser.add_argument("--compile", action="store_true", help="by torch.compile: needs a C++ compiler")
    return parser.parse_args()


def normaliser(dataset, device):
    mean, std = (
        torch.tensor(v, device=device).view(1, -1, 1, 1) for v in data.NORMALISATION[dataset]
    )

    def normalise(images):
        images = (images.to(device).float() / 255 - mean) / std
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
def right_answers(network, images, labels, normalise):
    network.eval()
    batches = zip(images.split(500), labels.split(500))
    return sum((network(normalise(x)).argmax(1).cpu() == y).sum().item() for x, y in batches)


def save(path, contents):
    """A checkpoint is written whole or not at all: a stopped training leaves the last one."""
    torch.save(contents, f"{path}.new")
    os.replace(f"{path}.new", path)


def train(options):
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    device = torch.device(options.device)
    normalise = normaliser(options.dataset, device)
    images, labels = data.load(options.train)
    test_images, test_labels = data.load(options.test)

    shape = {"classes": int(labels.max()) + 1, "image_channels": images.shape[1], "small": True}
    network = nets.NETWORKS[options.network](options.width, **shape)
    network = network.to(device, memory_format=torch.channels_last)
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]

    batches = max(1, len(images) // options.batch)
    optimiser = torch.optim.SGD(
        network.parameters(), options.rate, 0.9, weight_decay=options.decay, nesterov=True
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, options.rate, total_steps=options.epochs * batches, pct_start=0.2
    )
    first, spent = 0, 0.0
    checkpoint = pathlib.Path(f"{options.out}.checkpoint")
    if checkpoint.exists():
        stored = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(stored["network"])
        optimiser.load_state_dict(stored["optimiser"])
        schedule.load_state_dict(stored["schedule"])
        first, spent = stored["epochs"], stored["seconds"]
    trained = torch.compile(network) if options.compile else network
    for epoch in range(first, options.epochs):
        # Seeded by the epoch, so that a training that goes on sees what an unbroken one would.
        torch.manual_seed(options.seed * 1000 + epoch)
        start = time.time()
        network.train()
        order = torch.randperm(len(images))[: batches * options.batch]
        for chosen in order.chunk(batches):
            inputs = normalise(augment(images[chosen]))
            with torch.autocast(device.type, torch.bfloat16, enabled=options.bfloat16):
                logits = trained(inputs)
            loss = F.cross_entropy(logits.float(), labels[chosen].to(device))
            optimiser.zero_grad()
            loss.backward()
            for norm in norms:
                norm.weight.grad.add_(norm.weight.detach().sign(), alpha=options.penalty)
            optimiser.step()
            schedule.step()
        spent += time.time() - start
        save(
            checkpoint,
            {
                "network": network.state_dict(),
                "optimiser": optimiser.state_dict(),
                "schedule": schedule.state_dict(),
                "epochs": epoch + 1,
                "seconds": spent,
            },
        )
        # Every tenth of the images shows how it goes; all of them count at the end.
        sample = slice(None, None, 10)
        score = right_answers(network, test_images[sample], test_labels[sample], normalise)
        score /= len(test_images[sample])
        print(
            f"{options.out} epoch {epoch + 1}: loss {loss:.3f}, about {score:.3f}, {spent:.0f} s", flush=True
        )

    right = right_answers(network, test_images, test_labels, normalise)
    names = ("network", "width", "dataset", "epochs", "batch", "rate", "decay", "penalty", "seed")
    facts = {name: getattr(options, name) for name in names} | shape
    facts |= {"image_size": images.shape[-1], "train_images": len(images)}
    facts |= {"test_images": len(test_images), "accuracy": right / len(test_images)}
    facts |= {"training_seconds": round(spent)}
    return network.cpu(), facts


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
