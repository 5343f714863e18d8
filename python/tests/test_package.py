"""What the package gives is what the command line gives, and runs in onnxruntime."""

import json
import pickle
import subprocess
import sys
import threading
import time
from pathlib import Path

import channel_pruning as cp
import numpy
import onnx
import pytest
from conftest import run
from PIL import Image


def same(ours, theirs):
    """Equal but for the wall time of an inference."""
    drop = {"latency_ms", "milliseconds"}

    def strip(value):
        if isinstance(value, dict):
            return {k: strip(v) for k, v in value.items() if k not in drop}
        return [strip(v) for v in value] if isinstance(value, list) else value

    assert strip(ours) == strip(theirs)


def test_inspect_and_plan_are_the_command_lines(model, prune):
    same(cp.inspect(model), prune("inspect", model, "--json"))
    for options, words in [
        ({}, []),
        ({"threshold": 0.85, "compensation": "mean"}, ["--threshold", "0.85", "--compensation", "mean"]),
        ({"criterion": "influence", "share": 0.3, "multiple": 8}, ["--criterion", "influence", "--share", "0.3", "--multiple", "8"]),
        ({"criterion": "sigma", "target_macs": 40.0}, ["--criterion", "sigma", "--target-macs", "40"]),
    ]:
        same(cp.plan(model, **options), prune("plan", model, *words, "--json"))


def test_apply_gives_the_command_lines_bytes(model, prune, tmp_path):
    out = tmp_path / "out.onnx"
    theirs = prune("apply", model, "--criterion", "influence", "--share", "0.3", "-o", out, "--json")
    small, report = cp.apply(model, criterion="influence", share=0.3)
    assert small == out.read_bytes()
    same(report, theirs)


def test_shrink_on_a_folder_is_the_command_lines_to_the_bit(model, folder, prune, tmp_path):
    out = tmp_path / "out.onnx"
    theirs = prune("shrink", model, "--macs", "40", "--images", folder, "-o", out, "--json")
    small, report = cp.shrink(model, macs=40, images=folder)
    assert small == out.read_bytes()
    same(report, theirs)
    # The same pictures as paths, and as PIL images.
    paths = sorted(folder.glob("*.png"))
    listed, _ = cp.shrink(model, macs=40, images=paths)
    assert run(listed, numpy.zeros((1, 1, 28, 28), "float32")).shape == (1, 10)
    drawn, _ = cp.shrink(model, macs=40, images=[Image.open(p) for p in paths])
    assert drawn == listed


def test_arrays_and_batches_are_the_same_images(model, noise):
    whole, report = cp.shrink(model, macs=30, images=noise)
    batches, _ = cp.shrink(model, macs=30, images=((x, None) for x in numpy.split(noise, 4)))
    assert whole == batches
    assert report["choice"]["preset"] is None
    assert report["macs"]["after"] < 0.75 * report["macs"]["before"]
    answers, original = run(whole, noise), run(model, noise)
    assert answers.shape == original.shape
    assert numpy.isfinite(answers).all()


def test_a_cut_agrees_with_onnxruntime(model, noise):
    """At a threshold that removes what is dead, the file answers as the original does."""
    small, report = cp.apply(model, threshold=0.999)
    assert report["check"]["passed"]
    assert report["params"]["after"] < report["params"]["before"]
    same_class = (run(small, noise).argmax(1) == run(model, noise).argmax(1)).mean()
    assert same_class > 0.8


def test_a_model_proto_goes_in_and_comes_out(model):
    proto = onnx.load(model)
    small, _ = cp.apply(proto, criterion="influence", share=0.2)
    assert isinstance(small, onnx.ModelProto)
    onnx.checker.check_model(small)
    by_bytes, _ = cp.apply(Path(model).read_bytes(), criterion="influence", share=0.2)
    by_path, _ = cp.apply(str(model), criterion="influence", share=0.2)
    assert by_bytes == by_path


def test_evaluate_labels_and_other_network(model, noise):
    small, _ = cp.apply(model, criterion="influence", share=0.3)
    labels = run(model, noise).argmax(1)
    report = cp.evaluate(model, small, images=noise, labels=labels)
    assert report["images"] == 64
    assert report["accuracy"] == 1.0
    agreement = (run(small, noise).argmax(1) == labels).mean()
    assert report["against"]["agreement"] == pytest.approx(agreement, abs=1 / 64)
    low, high = report["against"]["agreement_interval"]
    assert low <= report["against"]["agreement"] <= high


def test_parts_of_an_evaluation_add_up_to_the_single_run(model, noise, tmp_path):
    small, _ = cp.apply(model, criterion="influence", share=0.5)
    labels = run(model, noise).argmax(1)
    whole = cp.evaluate(model, small, images=noise, labels=labels)
    parts = [cp.evaluate(model, small, images=noise, labels=labels, shard=(k, 5)) for k in range(1, 6)]
    assert [p["images"] for p in parts] == [12, 13, 13, 13, 13]
    same(sum(parts), whole)
    same(pickle.loads(pickle.dumps(parts[4])) + parts[0] + parts[3] + parts[2] + parts[1], whole)
    parts[0].save(tmp_path / "a.json")
    (parts[1] + parts[2] + parts[3] + parts[4]).save(tmp_path / "b.json")
    same(cp.Evaluation.load(tmp_path / "a.json", tmp_path / "b.json"), whole)
    # Batches of one's own: other data sets, of which each is judged as a whole.
    batches = zip(numpy.split(noise, 4), numpy.split(labels, 4))
    summed = sum(cp.evaluate(model, small, images=x, labels=y) for x, y in batches)
    assert summed["accuracy"] == whole["accuracy"] and summed["per_class"] == whole["per_class"]
    assert summed["against"]["mean_kl"] == pytest.approx(whole["against"]["mean_kl"], abs=1e-9)
    with pytest.raises(cp.Error, match="judges another network"):
        parts[0] + cp.evaluate(small, model, images=noise)
    with pytest.raises(TypeError):
        parts[0] + {}


def test_parts_of_a_measurement_add_up(model, noise, folder):
    whole = cp.calibrate(model, images=noise[:20])
    parts = [cp.calibrate(model, images=noise[:20], shard=(k, 3)) for k in (1, 2, 3)]
    summed = sum(parts)
    assert summed["images"] == 20 and summed["origin"] == whole["origin"]
    for one, other in zip(summed["tensors"], whole["tensors"]):
        for field in ("mean", "std", "zeros"):
            numpy.testing.assert_allclose(one[field], other[field], rtol=0, atol=1e-9)
    assert cp.plan(model, stats=summed)["macs"]["before"] > 0
    with pytest.raises(cp.Error, match="as a file before it does"):
        summed + parts[1]
    assert cp.calibrate(model, images=folder, limit=5)["images"] == 5


def test_gram_matrices_add_up_and_stand_in_for_images(model, noise, tmp_path):
    whole = cp.grams(model, images=noise[:24])
    parts = [cp.grams(model, images=noise[:24], shard=(k, 3)) for k in (1, 2, 3)]
    pickle.loads(pickle.dumps(parts[1])).save(tmp_path / "two.safetensors")
    summed = parts[2] + cp.Grams.load(tmp_path / "two.safetensors") + parts[0]
    assert summed == whole and summed["images"] == 24
    small, report = cp.shrink(model, macs=40, grams=summed)
    single, _ = cp.shrink(model, macs=40, blocks=False, grams=whole)
    assert report["choice"]["criterion"] == "reconstruction" and len(small) == len(single)
    assert cp.plan(model, criterion="reconstruction", share=0.3, grams=summed)["macs"]["before"] > 0
    with pytest.raises(cp.Error, match="as a file before it does"):
        summed + parts[1]
    with pytest.raises(TypeError):
        summed + cp.calibrate(model, images=noise[:4])
    counted = cp.calibrate(model, images=noise[:4], histograms=True)["tensors"]
    assert any(len(t["histogram"]["counts"]) == 48 * len(t["mean"]) for t in counted if "histogram" in t)


def test_repair_and_sweep_and_calibrate(model, noise):
    small, report = cp.repair(model, images=noise, criterion="influence", share=0.3, compensation="moments")
    assert report["repair"]["images"] == 64
    assert len(small) < Path(model).stat().st_size
    rows = cp.sweep(model, criteria=["influence"], compensations=["moments"], images=noise[:8], points=3)
    assert len(rows) >= 3
    assert rows[0]["accuracy"] is None and 0 <= rows[0]["agreement"] <= 1
    assert [row["macs"] for row in rows] == sorted((row["macs"] for row in rows), reverse=True)
    stats = cp.calibrate(model, images=noise[:8])
    assert stats["images"] == 8 and len(stats["tensors"]) > 5
    assert cp.plan(model, stats=stats)["macs"]["before"] > 0


def test_errors_are_one_class_with_the_command_lines_sentence(model, tmp_path, noise):
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(cp.Error) as raised:
        cp.inspect(broken)
    assert "broken.onnx" in str(raised.value) and raised.value.file == "broken.onnx"
    assert raised.value.reason
    for call, part in [
        (lambda: cp.shrink(model, images=noise), "--macs"),
        (lambda: cp.shrink(model, macs=130), "between 0 and 100"),
        (lambda: cp.plan(model, criterion="nonsense"), "nonsense"),
        (lambda: cp.shrink(model, macs=20, images=noise[:, :, :9]), "shape"),
        (lambda: cp.shrink(model, macs=20, images=(255 * noise).astype("uint8")), "preprocessed"),
        (lambda: cp.shrink(model, macs=20, images=[]), "no images"),
        (lambda: cp.evaluate(model, images=noise, labels=[1, 2]), "64 images and 2 labels"),
        (lambda: cp.inspect(7), "ModelProto"),
        (lambda: cp.inspect("nowhere.onnx"), "nowhere.onnx"),
    ]:
        with pytest.raises(cp.Error, match=part):
            call()
    with pytest.raises(TypeError, match="no option speed"):
        cp.plan(model, speed=3)


def test_progress_is_called_here_and_its_exception_ends_the_work(model, noise):
    seen, thread = [], []

    def tick(part, what):
        seen.append(part)
        thread.append(threading.get_ident())

    cp.shrink(model, macs=30, images=noise, progress=tick)
    assert seen and all(0 <= part <= 1 for part in seen)
    assert set(thread) == {threading.get_ident()}

    def enough(part, what):
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        cp.shrink(model, macs=30, images=noise, progress=enough)


def test_a_tqdm_bar_fills(model, noise):
    tqdm = pytest.importorskip("tqdm")
    with tqdm.tqdm(total=100, disable=False, file=open("/dev/null", "w")) as bar:
        cp.shrink(model, macs=30, images=noise, progress=bar)
        assert 0 < bar.n <= 100


def test_the_lock_is_released(model, noise):
    """Another thread counts while the core works."""
    counts, done = [0], threading.Event()

    def count():
        while not done.is_set():
            counts[0] += 1
            time.sleep(0.001)

    other = threading.Thread(target=count)
    other.start()
    start = time.perf_counter()
    cp.shrink(model, macs=30, images=noise)
    spent = time.perf_counter() - start
    done.set()
    other.join()
    assert counts[0] > 50 * spent


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
def test_ctrl_c_ends_the_work(model):
    script = (
        "import numpy, os, signal, threading, time, channel_pruning as cp\n"
        "x = numpy.random.default_rng(1).normal(size=(1500, 1, 28, 28)).astype('float32')\n"
        "threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()\n"
        "start = time.perf_counter()\n"
        "try:\n"
        f"    cp.evaluate({str(model)!r}, {str(model)!r}, images=numpy.tile(x, (4, 1, 1, 1)))\n"
        "    print('not interrupted')\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted', time.perf_counter() - start < 3)\n"
        "os._exit(0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "interrupted True", done.stdout + done.stderr


def test_the_command_line_is_there_by_both_names(model):
    bin_folder = Path(sys.executable).parent
    for command in (["-m", "channel_pruning"], None):
        words = [sys.executable, *command] if command else [str(bin_folder / "channel-pruning")]
        done = subprocess.run([*words, "plan", str(model), "--json"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == cp.plan(model)
    wrong = subprocess.run([str(bin_folder / "prune"), "nonsense"], capture_output=True, text=True)
    assert wrong.returncode == 2 and "unknown command" in wrong.stderr


def test_types(tmp_path, model):
    pytest.importorskip("mypy")
    file = tmp_path / "use.py"
    file.write_text(
        "import channel_pruning as cp\n"
        "import numpy as np\n"
        "x = np.zeros((4, 1, 28, 28), dtype=np.float32)\n"
        "small, report = cp.shrink('m.onnx', macs=40, images=x)\n"
        "size: int = len(small)\n"
        "cut, plan = cp.apply(b'', criterion='influence', share=0.3, locked=['a'])\n"
        "rows = cp.sweep('m.onnx', criteria=['l1'], compensations=['mean'], images='photos')\n"
        "total: cp.Evaluation = sum([cp.evaluate('m.onnx', images=x)], start=cp.Evaluation.load('a.json'))\n"
        "sums: cp.Grams = cp.grams('m.onnx', images=x) + cp.grams('m.onnx', images=x, shard=(1, 2))\n"
        "less, _ = cp.shrink('m.onnx', macs=20, grams=sums)\n"
        "both: cp.Calibration = cp.calibrate('m.onnx', images=x) + cp.calibrate('m.onnx', images=x, shard=(1, 2))\n"
        "try:\n    cp.inspect('m.onnx')\nexcept cp.Error as error:\n    name: str | None = error.file\n"
    )
    done = subprocess.run([sys.executable, "-m", "mypy", "--strict", str(file)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
