"""Samples of the repository, and the command line to compare with."""

import json
import os
import subprocess
from pathlib import Path

import numpy
import onnxruntime
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "www" / "public" / "samples"


@pytest.fixture(scope="session")
def model():
    return SAMPLES / "mobilenetv1_025_fashion.onnx"


@pytest.fixture(scope="session")
def photos():
    return sorted((SAMPLES / "images" / "fashion").glob("*.png"))


@pytest.fixture(scope="session")
def noise(model):
    """Sixty-four preprocessed images: the photos with noise over them."""
    draw = numpy.random.default_rng(7)
    return draw.normal(size=(64, *shape(model)[1:])).astype("float32")


def shape(model):
    session = onnxruntime.InferenceSession(model if isinstance(model, bytes) else str(model))
    return [d if isinstance(d, int) else 1 for d in session.get_inputs()[0].shape]


def run(model, images):
    """The first output of a network in onnxruntime."""
    session = onnxruntime.InferenceSession(model if isinstance(model, bytes) else str(model))
    name = session.get_inputs()[0].name
    return numpy.concatenate([session.run(None, {name: image[None]})[0] for image in images])


@pytest.fixture(scope="session")
def prune():
    """The program itself, where it is built: `PRUNE` names it."""
    program = os.environ.get("PRUNE", str(ROOT / "target" / "debug" / "prune"))
    if not Path(program).exists():
        pytest.skip("the program prune is not built")

    def call(*args):
        done = subprocess.run([program, *map(str, args)], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    return call


@pytest.fixture(scope="session")
def folder(photos, tmp_path_factory):
    """Forty pictures in a folder: the photos, and parts of them."""
    place = tmp_path_factory.mktemp("pictures")
    for k in range(40):
        picture = Image.open(photos[k % len(photos)]).convert("L")
        picture.rotate(7 * k).save(place / f"{k:02}.png")
    return place
