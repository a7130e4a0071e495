"""Drawn arguments, and the calls of operations that are made with them."""

import numpy as np

RNG = np.random.default_rng(7)


def real(*shape, low=-2.0, high=2.0):
    return RNG.uniform(low, high, shape).astype("float32")


def whole(*shape, low=-5, high=6, dtype="int32"):
    return RNG.integers(low, high, shape).astype(dtype)


def flags(*shape):
    return RNG.random(shape) < 0.5


def holes(*shape):
    """Numbers, NaN among them, none of the rows all of it."""
    x = real(*shape)
    x[..., 0][x[..., 0] > 0] = np.nan
    return x


CALLS = []  # pairs of a key and a function of the module of operations
ARGUMENTS = {}  # what an operation is first called with


def call(name, *args, **kwargs):
    ARGUMENTS.setdefault(name, (args, kwargs))

    def of(ops):
        for part in name.split("."):
            ops = getattr(ops, part)
        return ops(*args, **kwargs)

    CALLS.append((f"{len(CALLS)} {name}({', '.join([*map(shown, args), *map(str, kwargs.items())])})", of))


def shown(x):
    if isinstance(x, np.ndarray):
        return f"{x.dtype}{list(x.shape)}"
    return str(list(map(shown, x))) if isinstance(x, (list, tuple)) else str(x)


def names(text):
    return text.split()
