"""Batches of ever-changing shapes beside batches of one: what changing costs.

    python benchmarks/shapes.py [--shapes 20] [--rounds 15] [--threads 1]

Each line is a network and a call. The calls go through all shapes in turn; the same model then stays at each
shape for as many calls. The ratio of the two, in the median over the rounds, is what changing costs.
"""

import argparse
import statistics
import time

import numpy as np

import lamella
from lamella import layers


def of_images():
    return lamella.Sequential(
        [
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(10),
        ]
    )


def of_signals():
    return lamella.Sequential(
        [
            layers.Conv1D(16, 5, activation="relu"),
            layers.BatchNormalization(),
            layers.Conv1D(32, 5, strides=2, activation="relu"),
            layers.GlobalMaxPooling1D(),
            layers.Dense(10),
        ]
    )


NETWORKS = {
    "images": (of_images, lambda i: (16 + i, 20 + i, 3)),
    "signals": (of_signals, lambda i: (64 + 8 * i, 4)),
}


def batches(shape_of, shapes, rows=16):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, rows)
    return [(rng.normal(size=(rows, *shape_of(i))).astype("float32"), y) for i in range(shapes)]


def seconds(call, data):
    begin = time.perf_counter()
    for x, y in data:
        call(x, y)
    return time.perf_counter() - begin


def calls_of(model):
    return {
        "train_on_batch": model.train_on_batch,
        "test_on_batch": model.test_on_batch,
        "predict_on_batch": lambda x, y: model.predict_on_batch(x),
    }


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shapes", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    lamella.config.set_num_threads(args.threads)
    print(f"{'':28s}{'changing':>10s}{'fixed':>10s}{'ratio':>8s}   (us a call)")
    for name, (make, shape_of) in NETWORKS.items():
        model, data = make(), batches(shape_of, args.shapes)
        model.compile("adam", lamella.losses.SparseCategoricalCrossentropy(from_logits=True))
        for call_name, call in calls_of(model).items():
            seconds(call, data)
            changing, fixed = [], []
            for _ in range(args.rounds):
                changing.append(seconds(call, data * 3) / len(data) / 3)
                fixed.append(
                    sum(seconds(call, [batch] * 4) - seconds(call, [batch]) for batch in data) / len(data) / 3
                )
            ratio = statistics.median(a / b for a, b in zip(changing, fixed, strict=True))
            medians = [statistics.median(times) * 1e6 for times in (changing, fixed)]
            print(f"{name + ' ' + call_name:28s}{medians[0]:10.1f}{medians[1]:10.1f}{ratio:8.3f}")


if __name__ == "__main__":
    main()
