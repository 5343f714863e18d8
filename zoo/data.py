"""Labelled images as uint8 tensors [images, channels, height, width], labels as int64.

A path is one of: a folder or a zip with one folder per class; CIFAR-10 or CIFAR-100
binary batches (.bin); IDX images (MNIST family, .gz or not) with their labels beside.
"""

import gzip
import io
import pathlib
import zipfile

import numpy as np
import torch
from PIL import Image

# Mean and standard deviation per channel of the training images, in 0..1.
NORMALISATION = {
    "cifar10": ((0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)),
    "cifar100": ((0.5071, 0.4865, 0.4409), (0.2673, 0.2564, 0.2762)),
    "fashion-mnist": ((0.2860,), (0.3530,)),
}
IMAGE_SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".bmp"}


def load(paths):
    """All images of the given paths, in the order given."""
    parts = [read(pathlib.Path(path)) for path in paths]
    images = np.concatenate([images for images, _ in parts])
    labels = np.concatenate([labels for _, labels in parts])
    return torch.from_numpy(images), torch.from_numpy(labels.astype(np.int64))


def read(path):
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        return class_folders(files)
    if path.is_dir():
        files = {str(file): file.read_bytes() for file in path.rglob("*") if file.is_file()}
        return class_folders(files)
    if path.suffix == ".bin":
        return cifar_batch(path.read_bytes())
    if "idx3-ubyte" in path.name:
        labels = path.with_name(path.name.replace("images-idx3", "labels-idx1"))
        return idx(path)[:, None], idx(labels)
    raise SystemExit(f"{path}: neither a folder, a zip, CIFAR batches (.bin) nor IDX images")


def class_folders(files):
    """Name to bytes; the class is the folder the file lies in, in alphabetical order."""
    names = sorted(n for n in files if pathlib.PurePath(n).suffix.lower() in IMAGE_SUFFIXES)
    folders = [pathlib.PurePath(name).parent.name for name in names]
    classes = sorted(set(folders))
    images = [np.asarray(Image.open(io.BytesIO(files[n])).convert("RGB")) for n in names]
    labels = np.array([classes.index(folder) for folder in folders])
    return np.stack(images).transpose(0, 3, 1, 2).copy(), labels


def cifar_batch(data):
    """Records of label bytes (CIFAR-10: one; CIFAR-100: coarse, fine) and 3x32x32 pixels."""
    pixels = 3 * 32 * 32
    label_bytes = 1 if len(data) % (pixels + 1) == 0 else 2
    records = np.frombuffer(data, np.uint8).reshape(-1, label_bytes + pixels)
    images = records[:, label_bytes:].reshape(-1, 3, 32, 32)
    return images, records[:, label_bytes - 1]


def idx(path):
    """Two zero bytes, the type, the number of dimensions, the dimensions, the data."""
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    dimensions = data[3]
    shape = np.frombuffer(data, ">u4", dimensions, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(shape)
