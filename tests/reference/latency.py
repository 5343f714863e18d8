"""What a plan gains in onnxruntime on this machine's CPU, one thread, batch 1.

    python tests/reference/latency.py path/to/prune www/public/samples/mobilenetv1_050_cifar10.onnx ...

The variants take turns, so that whatever else the machine does falls on all of them. Needs onnxruntime and numpy.
"""

import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnxruntime as ort

PLANS = {
    "probability 0.99": ["--threshold", "0.99"],
    "probability 0.99, multiples of 8": ["--threshold", "0.99", "--multiple", "8"],
    "sigma 0.25": ["--criterion", "sigma", "--share", "0.25", "--compensation", "mean"],
    "sigma 0.25, multiples of 8": ["--criterion", "sigma", "--share", "0.25", "--compensation", "mean", "--multiple", "8"],
}
ROUNDS = 500


def session(path):
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def change(of):
    return f"{100 * (of['after'] / of['before'] - 1):+6.1f} %"


def main(prune, models):
    with tempfile.TemporaryDirectory() as folder:
        for model in models:
            print(pathlib.Path(model).name)
            sessions, rows = [session(model)], [("original", "", "")]
            for name, flags in PLANS.items():
                out = pathlib.Path(folder, "pruned.onnx")
                told = subprocess.run([prune, "apply", model, *flags, "-o", out, "--json"], check=True, capture_output=True)
                plan = json.loads(told.stdout)
                rows.append((name, change(plan["params"]), change(plan["macs"])))
                sessions.append(session(out))
            entry = sessions[0].get_inputs()[0]
            shape = [size if isinstance(size, int) else 1 for size in entry.shape]
            image = np.random.default_rng(1).standard_normal(shape, dtype=np.float32)
            times = [[] for _ in sessions]
            for _ in range(ROUNDS):
                for taken, each in zip(times, sessions):
                    start = time.perf_counter()
                    each.run(None, {entry.name: image})
                    taken.append(time.perf_counter() - start)
            for (name, params, macs), taken in zip(rows, times):
                print(f"  {name:34} {params:>9} {macs:>9} {1e3 * statistics.median(taken):7.2f} ms")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:])
