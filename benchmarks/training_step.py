"""Microseconds of a training step: lamella beside PyTorch, where that is installed.

    python benchmarks/training_step.py [--threads 2] [--rounds 9] [--seconds 0.3]

All run in this process on the same data; their slices take turns, and the median of the slices counts. Before
anything is timed, every contestant has to bring the loss down, and from the same weights the losses of the
first two steps have to agree: the last column is by how much they differ, of the loss.
"""

import argparse
import copy
import importlib.util
import os
import statistics
import tempfile
import time
from pathlib import Path

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
                yield nn.BatchNorm1d(units, eps=1e-3)
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
                    yield nn.BatchNorm2d(filters, eps=1e-3)
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


class InLamella:
    def __init__(self, workload, threads):
        import lamella

        lamella.config.set_num_threads(threads)
        lamella.utils.set_random_seed(0)
        self.model = lamella_model(workload)
        self.x, self.y = data(workload)
        self.batch = workload.batch

    def epoch(self):
        return self.model.fit(self.x, self.y, batch_size=self.batch, verbose=0).history["loss"][-1]

    def losses(self, steps):
        batches = (slice(i * self.batch, (i + 1) * self.batch) for i in range(steps))
        return [
            self.model.fit(self.x[b], self.y[b], self.batch, shuffle=False, verbose=0).history["loss"][0]
            for b in batches
        ]


class InTorch:
    def __init__(self, workload, threads):
        import torch
        from torch import nn

        torch.set_num_threads(threads)
        torch.manual_seed(0)
        self.model = nn.Sequential(*workload.in_torch(nn))
        self.x, self.y = (torch.from_numpy(array) for array in data(workload))
        if self.x.ndim == 4:  # the layout in which PyTorch is fastest
            self.model = self.model.to(memory_format=torch.channels_last)
            self.x = self.x.permute(0, 3, 1, 2)
        if workload.optimizer == "sgd":
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.01, momentum=0.9, fused=True)
        else:
            self.optimizer = torch.optim.Adam(self.model.parameters(), eps=1e-7, fused=True)
        self.batch = workload.batch

    def step(self, rows):
        from torch.nn.functional import cross_entropy

        self.optimizer.zero_grad()
        loss = cross_entropy(self.model(self.x[rows]), self.y[rows])
        loss.backward()
        self.optimizer.step()
        return loss.detach()

    def epoch(self):
        import torch

        batches = torch.randperm(len(self.x)).split(self.batch)
        total = 0.0
        for rows in batches:
            total += self.step(rows)
        return float(total) / len(batches)

    def losses(self, steps):
        import torch

        return [float(self.step(rows)) for rows in torch.arange(steps * self.batch).split(self.batch)]


CONTESTANTS = {"lamella": InLamella, "torch": InTorch}
MOST_DIFFERENCE = 1e-3  # of the loss, in float32


def difference_of_losses(workload, threads):
    """By how much the losses of two steps differ at most, from the same weights and without dropout.

    The second loss has gone through the gradients and an update of the first. Rounding grows from step to
    step, with Adam above all, which divides small gradients by their size.
    """
    from safetensors.torch import save_file

    import lamella

    still = copy.copy(workload)
    still.dropout = 0.0
    ours, theirs = InLamella(still, threads), InTorch(still, threads)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weights.safetensors"
        save_file({name: value.contiguous() for name, value in theirs.model.state_dict().items()}, path)
        lamella.saving.load_torch_state_dict(ours.model, path)
    pairs = zip(ours.losses(2), theirs.losses(2), strict=True)
    return max(abs(a - b) / b for a, b in pairs)


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
    print(f"{'microseconds a step':32s}" + "".join(f"{name:>12s}" for name in names), end="")
    print(f"{'ratio':>9s}{'losses':>10s}" if len(names) > 1 else "")
    for title, workload in WORKLOADS.items():
        contestants = {name: CONTESTANTS[name](workload, arguments.threads) for name in names}
        for name, contestant in contestants.items():
            first, last = contestant.epoch(), [contestant.epoch() for _ in range(3)][-1]
            assert last < first, f"{name} does not learn {title}: {first} to {last}"
        comparison = ""
        if len(names) > 1:
            difference = difference_of_losses(workload, arguments.threads)
            assert difference < MOST_DIFFERENCE, f"the losses of {title} differ by {difference:.1e}"
            comparison = f"{difference:10.0e}"
        slices = {name: [] for name in names}
        for _ in range(arguments.rounds):
            for name, contestant in contestants.items():
                slices[name].append(microseconds(contestant.epoch, arguments.seconds, workload.batches))
        medians = [statistics.median(slices[name]) for name in names]
        ratio = f"{medians[-1] / medians[0]:8.1f}x" if len(names) > 1 else ""
        print(
            f"{title:32s}" + "".join(f"{value:12.1f}" for value in medians) + ratio + comparison, flush=True
        )


if __name__ == "__main__":
    main()
