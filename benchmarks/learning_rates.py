"""How near `learning_rate_finder` comes to the best of nine learning rates.

    python benchmarks/learning_rates.py [--seeds 3] [--more]

Each case is trained at nine rates, evenly spaced in the logarithm, with several seeds; the best rate is the
one whose training loss, in inference mode, ends lowest in the mean. A suggestion within a factor of 3 of it
is near. `--more` runs ten further cases.
"""

import argparse
import warnings
from functools import partial

import numpy as np
from sklearn import datasets

import lamella
from lamella import layers, optimizers
from lamella.diagnostics import learning_rate_finder

RATES = np.geomspace(1e-4, 1.0, 9)


def table(load, rows=None):
    """Standardised columns, and targets of mean 0 and deviation 1 where they are numbers."""
    x, y = load() if callable(load) else load
    x = (x - x.mean(0)) / (x.std(0) + 1e-9)
    if y.dtype.kind == "f" and len(np.unique(y)) > 12:
        y = (y - y.mean()) / y.std()
    order = np.random.default_rng(0).permutation(len(x))[:rows]
    return x[order].astype("float32"), y[order]


def digits(shape=(64,)):
    x, y = datasets.load_digits(return_X_y=True)
    return (x / 8 - 1).astype("float32").reshape(-1, *shape), y


def spirals():
    rng = np.random.default_rng(1)
    turn, arm = rng.uniform(0.5, 3, 600), rng.integers(0, 2, 600)
    angle = 2 * turn + np.pi * arm
    x = turn[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1) + rng.normal(scale=0.05, size=(600, 2))
    return x, arm


wine, iris = partial(datasets.load_wine, return_X_y=True), partial(datasets.load_iris, return_X_y=True)
cancer, diabetes = (
    partial(datasets.load_breast_cancer, return_X_y=True),
    partial(datasets.load_diabetes, return_X_y=True),
)
friedman = partial(datasets.make_friedman1, 800, random_state=0)


def hidden(units, activation="relu", depth=2, normalised=False):
    stack = []
    for _ in range(depth):
        stack.append(layers.Dense(units))
        if normalised:
            stack.append(layers.BatchNormalization(momentum=0.9))
        stack.append(layers.Activation(activation))
    return stack


def momentum(rate):
    return optimizers.SGD(rate, momentum=0.9)


# Data, hidden layers, optimizer, epochs, batch size.
CASES = {
    "digits, relu, SGD": (digits, partial(hidden, 64), optimizers.SGD, 20, 32),
    "digits, relu, momentum": (digits, partial(hidden, 64), momentum, 15, 32),
    "digits, relu, Adam": (digits, partial(hidden, 64), optimizers.Adam, 15, 32),
    "digits, 6 tanh, SGD": (digits, partial(hidden, 48, "tanh", 6), optimizers.SGD, 15, 32),
    "digits, convolution, Adam": (
        partial(digits, (8, 8, 1)),
        lambda: [layers.Conv2D(12, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten()],
        optimizers.Adam,
        10,
        64,
    ),
    "digits, normalised, SGD": (
        digits,
        partial(hidden, 64, depth=3, normalised=True),
        optimizers.SGD,
        15,
        64,
    ),
    "wine, Adam": (wine, partial(hidden, 16, depth=1), optimizers.Adam, 40, 16),
    "wine, SGD": (wine, partial(hidden, 16, depth=1), optimizers.SGD, 40, 16),
    "iris, RMSprop": (iris, partial(hidden, 8, "tanh", 1), optimizers.RMSprop, 40, 16),
    "breast cancer, Adam": (cancer, partial(hidden, 32), optimizers.Adam, 20, 32),
    "breast cancer, momentum": (cancer, partial(hidden, 32), momentum, 20, 32),
    "diabetes, Adam": (diabetes, partial(hidden, 32), optimizers.Adam, 40, 32),
    "diabetes, linear, SGD": (diabetes, list, optimizers.SGD, 30, 32),
    "friedman, tanh, SGD": (friedman, partial(hidden, 32, "tanh", 2), optimizers.SGD, 30, 32),
    "friedman, relu, Adam": (friedman, partial(hidden, 32), optimizers.Adam, 30, 32),
}

MORE = {
    "iris, SGD": (iris, partial(hidden, 16, depth=1), optimizers.SGD, 40, 16),
    "iris, Adam": (iris, partial(hidden, 16), optimizers.Adam, 40, 16),
    "wine, Nadam": (wine, partial(hidden, 24, "gelu"), optimizers.Nadam, 30, 16),
    "spirals, Adam": (spirals, partial(hidden, 32), optimizers.Adam, 60, 32),
    "digits, sigmoid, momentum": (digits, partial(hidden, 64, "sigmoid"), momentum, 20, 32),
    "digits, normalised, Adam": (digits, partial(hidden, 64, normalised=True), optimizers.Adam, 12, 64),
    "digits, linear, SGD": (digits, list, optimizers.SGD, 20, 32),
    "diabetes, tanh, AdamW": (diabetes, partial(hidden, 24, "tanh"), optimizers.AdamW, 40, 32),
    "breast cancer, SGD, batches of 8": (cancer, partial(hidden, 16, depth=1), optimizers.SGD, 20, 8),
    "friedman, relu, RMSprop": (friedman, partial(hidden, 48, depth=3), optimizers.RMSprop, 30, 64),
}


def build(case, rate, seed):
    """A compiled model, and its data."""
    load, stack, optimizer, _, _ = case
    lamella.utils.set_random_seed(seed)
    x, y = load() if load is digits or getattr(load, "func", None) is digits else table(load)
    if y.dtype.kind == "f":
        units, activation, loss = 1, None, "mse"
    elif y.max() == 1:
        units, activation, loss = 1, "sigmoid", "binary_crossentropy"
    else:
        units, activation, loss = int(y.max()) + 1, "softmax", "sparse_categorical_crossentropy"
    model = lamella.Sequential([layers.Input(x.shape[1:]), *stack(), layers.Dense(units, activation)])
    model.compile(optimizer(rate), loss)
    return model, x, y


def final_loss(case, rate, seed):
    """The training loss where this rate ends, infinite where it is no number."""
    model, x, y = build(case, rate, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some rates are meant to explode
        model.fit(x, y, epochs=case[3], batch_size=case[4], verbose=0)
    return float(np.nan_to_num(model.evaluate(x, y, batch_size=256, verbose=0), nan=np.inf))


def best_rate(case, seeds):
    """The best of the nine rates, and the mean losses of all."""
    with np.errstate(all="ignore"):
        losses = [np.mean([final_loss(case, rate, seed) for seed in range(seeds)]) for rate in RATES]
    return RATES[int(np.argmin(losses))], losses


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--more", action="store_true", help="the cases that were looked at last")
    arguments = parser.parse_args()
    cases = MORE if arguments.more else CASES
    print(f"{'':34}{'best of nine':>14}{'suggested':>12}{'ratio':>8}")
    near = 0
    for name, case in cases.items():
        best, _ = best_rate(case, arguments.seeds)
        model, x, y = build(case, 0.01, 0)
        suggestion = learning_rate_finder(model, x, y, batch_size=case[4]).suggestion
        is_near = 1 / 3 <= suggestion / best <= 3
        near += is_near
        print(f"{name:34}{best:14.2g}{suggestion:12.2g}{suggestion / best:8.2f}{'' if is_near else '  far'}")
    print(f"{near} of {len(cases)} within a factor of 3")


if __name__ == "__main__":
    main()
