"""The examples run. What they need beside the package is large, so each is skipped where it is not at hand."""

import json
import subprocess
import sys
from pathlib import Path

import channel_pruning as cp
import numpy
import pytest
from conftest import SAMPLES, run

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def example(name, folder, *args):
    words = [sys.executable, str(EXAMPLES / name), *map(str, args)]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_from_pytorch_to_a_smaller_file(tmp_path):
    pytest.importorskip("torchvision")
    assert "(1, 1000)" in example("export_shrink_run.py", tmp_path)
    assert (tmp_path / "net.onnx").exists()


def test_a_pruned_network_is_fine_tuned_and_can_be_pruned_again(model, tmp_path):
    pytest.importorskip("onnx2torch")
    pytest.importorskip("onnxscript")
    images = numpy.random.default_rng(3).normal(size=(256, 1, 28, 28)).astype("float32")
    numpy.save(tmp_path / "images.npy", images)
    small, before = cp.apply(model, criterion="influence", share=0.6)
    (tmp_path / "small.onnx").write_bytes(small)
    printed = example("fine_tune.py", tmp_path, model, "small.onnx", "images.npy", "tuned.onnx", 3)
    losses = [float(line.split()[-1]) for line in printed.splitlines() if line.startswith("epoch")]
    assert len(losses) == 3 and losses[2] < losses[0]
    tuned = tmp_path / "tuned.onnx"
    assert run(tuned, images[:4]).shape == (4, 10)
    again = cp.plan(tuned, criterion="influence", share=0.2)
    assert again["macs"]["before"] == before["macs"]["after"] > again["macs"]["after"]


def test_parts_judged_by_ray_are_the_single_run(model, tmp_path):
    pytest.importorskip("ray")
    small, _ = cp.apply(model, criterion="influence", share=0.6)
    (tmp_path / "small.onnx").write_bytes(small)
    data = SAMPLES / "data" / "fashion-mnist-1000.zip"
    example("many_machines.py", tmp_path, model, "small.onnx", data)
    single = cp.evaluate(model, tmp_path / "small.onnx", images=data)
    assert json.loads((tmp_path / "whole.json").read_text()) == json.loads(single.part)


def test_the_step_of_a_workflow_fails_where_too_much_is_lost(model):
    """The condition of docs/guides.md, where `jq` is at hand."""
    guide = (EXAMPLES.parents[1] / "docs" / "guides.md").read_text(encoding="utf-8")
    condition = guide.split("jq -e '")[1].split("'")[0]
    data = SAMPLES / "data" / "fashion-mnist-1000.zip"
    for share, holds in [(0.0, True), (0.9, False)]:
        small, _ = cp.apply(model, criterion="random", share=share)
        report = json.dumps(cp.evaluate(model, small, images=data, limit=250))
        try:
            done = subprocess.run(["jq", "-e", condition], input=report, capture_output=True, text=True)
        except FileNotFoundError:
            pytest.skip("there is no jq")
        assert done.stdout.strip() == str(holds).lower() and done.returncode == (0 if holds else 1), done.stderr
