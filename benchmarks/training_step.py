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

# name: (inputs, hidden layers, outputs, batch size, optimizer, dropout, batch normalisation, batches)
WORKLOADS = {
    "64-32-10, SGD with momentum": (64, [32], 10, 32, "sgd", 0.0, False, 200),
    "64-32-10, Adam": (64, [32], 10, 32, "adam", 0.0, False, 200),
    "30-64-64-2, Adam": (30, [64, 64], 2, 64, "adam", 0.0, False, 200),
    "100-90-70-7, Adam": (100, [90, 70], 7, 50, "adam", 0.0, False, 100),
    "784-512-512-10, dropout, Adam": (784, [512, 512], 10, 128, "adam", 0.2, False, 40),
    "20 x (128, batch norm), Adam": (64, [128] * 20, 10, 128, "adam", 0.0, True, 40),
}


def data(inputs, classes, rows):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((rows, inputs), dtype=np.float32)
    return x, (x @ rng.standard_normal((inputs, classes), dtype=np.float32)).argmax(1)


def lamella_steps(workload, threads):
    import lamella
    from lamella import layers

    inputs, hidden, outputs, batch, optimizer, dropout, normalise, batches = workload
    lamella.config.set_num_threads(threads)
    lamella.utils.set_random_seed(0)
    stack = [layers.Input((inputs,))]
    for units in hidden:
        stack += [layers.Dense(units), layers.BatchNormalization()] if normalise else [layers.Dense(units)]
        stack += [layers.ReLU()] + ([layers.Dropout(dropout)] if dropout else [])
    model = lamella.Sequential([*stack, layers.Dense(outputs, activation="softmax")])
    chosen = lamella.optimizers.SGD(0.01, momentum=0.9) if optimizer == "sgd" else "adam"
    model.compile(chosen, "sparse_categorical_crossentropy")
    x, y = data(inputs, outputs, batch * batches)
    return lambda: model.fit(x, y, batch_size=batch, verbose=0).history["loss"][-1]


def torch_steps(workload, threads):
    import torch
    from torch import nn

    inputs, hidden, outputs, batch, optimizer, dropout, normalise, batches = workload
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    stack = []
    for units in hidden:
        stack += [nn.Linear(inputs, units)] + ([nn.BatchNorm1d(units)] if normalise else [])
        stack += [nn.ReLU()] + ([nn.Dropout(dropout)] if dropout else [])
        inputs = units
    model = nn.Sequential(*stack, nn.Linear(inputs, outputs))
    x, y = (torch.from_numpy(array) for array in data(workload[0], outputs, batch * batches))
    parameters = model.parameters()
    if optimizer == "sgd":
        update = torch.optim.SGD(parameters, lr=0.01, momentum=0.9, fused=True)
    else:
        update = torch.optim.Adam(parameters, fused=True)

    def run():
        total = 0.0
        for order in torch.randperm(len(x)).split(batch):
            update.zero_grad()
            loss = nn.functional.cross_entropy(model(x[order]), y[order])
            loss.backward()
            update.step()
            total += loss.detach()
        return float(total) / batches

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
                slices[name].append(microseconds(run, arguments.seconds, workload[-1]))
        medians = [statistics.median(slices[name]) for name in names]
        ratio = f"{medians[-1] / medians[0]:8.1f}x" if len(names) > 1 else ""
        print(f"{title:32s}" + "".join(f"{value:12.1f}" for value in medians) + ratio, flush=True)


if __name__ == "__main__":
    main()
