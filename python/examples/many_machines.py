"""Judges a network on all machines of a Ray cluster: python many_machines.py MODEL SMALLER IMAGES

Every machine must see the files under the same paths: a shared file system, or a copy on each.
"""

import logging
import os
import sys

import channel_pruning as cp
import ray

CORES = 2  # of one machine: a task takes all of them


@ray.remote(num_cpus=CORES)
def judge(model: str, smaller: str, images: str, k: int, n: int) -> cp.Evaluation:
    return cp.evaluate(model, smaller, images=images, shard=(k, n))


def main() -> None:
    model, smaller, images = map(os.path.abspath, sys.argv[1:4])
    # On a cluster: ray.init(address="auto").
    ray.init(num_cpus=CORES, include_dashboard=False, logging_level=logging.ERROR)
    n = 4  # more parts than machines, so that slow ones do not hold up the rest
    running = [judge.remote(model, smaller, images, k, n) for k in range(1, n + 1)]
    whole: cp.Evaluation = ray.get(running.pop(0))
    while running:
        (done,), running = ray.wait(running)
        whole += ray.get(done)
        print(f"{whole['images']} images, accuracy {whole['against']['accuracy']:.4f}")
    whole.save("whole.json")
    low, high = whole["against"]["difference_interval"]
    print(f"{100 * whole['against']['difference']:+.2f} points [{100 * low:+.2f}, {100 * high:+.2f}]")


if __name__ == "__main__":
    main()
