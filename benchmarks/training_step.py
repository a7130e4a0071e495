"""Microseconds of a training step: lamella beside PyTorch, where that is installed.

    python benchmarks/training_step.py [--threads 2] [--rounds 9] [--seconds 0.3]

All run in this process on the same data; their slices take turns, and the median of the slices counts. Before
anything is timed, every contestant has to bring the loss down.
"""

import argparse
import importlib.util
import os
import statistics
import time

import numpy as np


class Dense:
    """Dense layers with ReLU, then a softmax."""

    def __init__(self, inputs, hidden, outputs, batch, optimizer, batches, dropout=0.0, normalise=False):
        self.shape, self.hidden, self.outputs = (inputs,), hidden, outputs
        self.batch, self.optimizer, self.batches = batch, optimizer, batches
        self.dropout, self.normalise = dropout, normalise

    def in_lamella(self, layers):
        for units in self.hidden:
            yield layers.Dense(units)
            if self.normalise:
                yield layers.BatchNormalization()
            yield layers.ReLU()
            if self.dropout:
                yield layers.Dropout(self.dropout)

    def in_torch(self, nn):
        (inputs,) = self.shape
        for units in self.hidden:
            yield nn.Linear(inputs, units)
            if self.normalise:
                yield nn.BatchNorm1d(units)
            yield nn.ReLU()
            if self.dropout:
                yield nn.Dropout(self.dropout)
            inputs = units
        yield nn.Linear(inputs, self.outputs)


class Convolutional:
    """Stages of 3x3 convolutions with ReLU, each ended by pooling, then a dense layer or a mean."""

    def __init__(self, shape, stages, units, batch, optimizer, batches, normalise=False):
        self.shape, self.stages, self.units, self.outputs = shape, stages, units, 10
        self.batch, self.optimizer, self.batches = batch, optimizer, batches
        self.normalise = normalise

    def in_lamella(self, layers):
        for stage in self.stages:
            for filters in stage:
                yield layers.Conv2D(filters, 3, padding="same" if self.normalise else "valid")
                if self.normalise:
                    yield layers.BatchNormalization()
                yield layers.ReLU()
            yield layers.MaxPooling2D()
        if self.units:
            yield from (layers.Flatten(), layers.Dense(self.units, activation="relu"))
        else:
            yield layers.GlobalAveragePooling2D()

    def in_torch(self, nn):
        size, _, channels = self.shape
        for stage in self.stages:
            for filters in stage:
                yield nn.Conv2d(channels, filters, 3, padding=1 if self.normalise else 0)
                if self.normalise:
                    yield nn.BatchNorm2d(filters)
                yield nn.ReLU()
                channels, size = filters, size if self.normalise else size - 2
            yield nn.MaxPool2d(2)
            size //= 2
        if self.units:
            yield from (nn.Flatten(), nn.Linear(channels * size * size, self.units), nn.ReLU())
        else:
            yield from (nn.AdaptiveAvgPool2d(1), nn.Flatten())
        yield nn.Linear(self.units or channels, self.outputs)


WORKLOADS = {
    "64-32-10, SGD with momentum": Dense(64, [32], 10, 32, "sgd", 200),
    "64-32-10, Adam": Dense(64, [32], 10, 32, "adam", 200),
    "30-64-64-2, Adam": Dense(30, [64, 64], 2, 64, "adam", 200),
    "100-90-70-7, Adam": Dense(100, [90, 70], 7, 50, "adam", 100),
    "784-512-512-10, dropout, Adam": Dense(784, [512, 512], 10, 128, "adam", 40, dropout=0.2),
    "20 x (128, batch norm), Adam": Dense(64, [128] * 20, 10, 128, "adam", 40, normalise=True),
    "28x28, 2 convolutions, Adam": Convolutional((28, 28, 1), [[32], [64]], 128, 128, "adam", 8),
    "32x32, 6 convolutions, SGD": Convolutional(
        (32, 32, 3), [[64, 64], [128, 128], [256, 256]], 0, 64, "sgd", 2, normalise=True
    ),
}


def data(workload):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((workload.batch * workload.batches, *workload.shape), dtype=np.float32)
    features = x.reshape(len(x), -1)
    return x, (
        features @ rng.standard_normal((features.shape[1], workload.outputs), dtype=np.float32)
    ).argmax(1)


def lamella_model(workload):
    import lamella
    from lamella import layers

    head = layers.Dense(workload.outputs, activation="softmax")
    model = lamella.Sequential([layers.Input(workload.shape), *workload.in_lamella(layers), head])
    chosen = lamella.optimizers.SGD(0.01, momentum=0.9) if workload.optimizer == "sgd" else "adam"
    model.compile(chosen, "sparse_categorical_crossentropy")
    return model


def lamella_steps(workload, threads):
    import lamella

    lamella.config.set_num_threads(threads)
    lamella.utils.set_random_seed(0)
    model = lamella_model(workload)
    x, y = data(workload)
    return lambda: model.fit(x, y, batch_size=workload.batch, verbose=0).history["loss"][-1]


def torch_steps(workload, threads):
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    model = nn.Sequential(*workload.in_torch(nn))
    x, y = (torch.from_numpy(array) for array in data(workload))
    if x.ndim == 4:  # the layout in which PyTorch is fastest
        model, x = model.to(memory_format=torch.channels_last), x.permute(0, 3, 1, 2)
    if workload.optimizer == "sgd":
        update = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, fused=True)
    else:
        update = torch.optim.Adam(model.parameters(), fused=True)

    def run():
        total = 0.0
        for order in torch.randperm(len(x)).split(workload.batch):
            update.zero_grad()
            loss = nn.functional.cross_entropy(model(x[order]), y[order])
            loss.backward()
            update.step()
            total += loss.detach()
        return float(total) / workload.batches

    return run


CONTESTANTS = {"lamella": lamella_steps, "torch": torch_steps}


def microseconds(run, seconds, batches):
    repeats, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < seconds:
        run()
        repeats += 1
    return (time.perf_counter() - begin) / (repeats * batches) * 1e6


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.3)
    arguments = parser.parse_args()
    names = [name for name in CONTESTANTS if importlib.util.find_spec(name)]
    print(f"{'microseconds a step':32s}" + "".join(f"{name:>12s}" for name in names) + f"{'ratio':>9s}")
    for title, workload in WORKLOADS.items():
        runs = {name: CONTESTANTS[name](workload, arguments.threads) for name in names}
        for name, run in runs.items():
            first, last = run(), [run() for _ in range(3)][-1]
            assert last < first, f"{name} does not learn {title}: {first} to {last}"
        slices = {name: [] for name in names}
        for _ in range(arguments.rounds):
            for name, run in runs.items():
                slices[name].append(microseconds(run, arguments.seconds, workload.batches))
        medians = [statistics.median(slices[name]) for name in names]
        ratio = f"{medians[-1] / medians[0]:8.1f}x" if len(names) > 1 else ""
        print(f"{title:32s}" + "".join(f"{value:12.1f}" for value in medians) + ratio, flush=True)


if __name__ == "__main__":
    main()
