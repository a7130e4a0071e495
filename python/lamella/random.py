"""Random arrays, under Keras's names.

A seed that is an integer gives the same numbers at each call; a `SeedGenerator` gives others each time;
without one they follow `lamella.utils.set_random_seed`. The numbers are NumPy's, not a Keras backend's.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella import checks, config, seeding
from lamella._types import Array, Config
from lamella.naming import auto_name, checked_name

__all__ = [
    "SeedGenerator",
    "beta",
    "binomial",
    "categorical",
    "dropout",
    "gamma",
    "normal",
    "randint",
    "shuffle",
    "truncated_normal",
    "uniform",
]


class SeedGenerator:
    """A source of seeds: the functions here draw other numbers each time they are given the same one.

    Args:
        seed: an integer, or None to follow `lamella.utils.set_random_seed`.
        name: a name.

    Raises:
        ValueError: for another seed.

    >>> seeds = SeedGenerator(1)
    >>> first, second = uniform((), seed=seeds), uniform((), seed=seeds)
    >>> bool(first == second), bool(first == uniform((), seed=SeedGenerator(1)))
    (False, True)
    """

    def __init__(self, seed: int | None = None, name: str | None = None) -> None:
        self.name = checked_name(type(self), name) or auto_name("SeedGenerator")
        self._initial = checks.seed("SeedGenerator", "seed", seed)
        self._seed = seeding.next_seed() if self._initial is None else self._initial
        self._drawn = 0

    def next(self) -> Any:
        """A NumPy generator that begins anew at each call."""
        self._drawn += 1
        return np.random.default_rng([self._seed, self._drawn])

    def get_config(self) -> Config:
        """The constructor's seed."""
        return {"seed": self._initial}


def _generator(function: str, seed: Any) -> Any:
    if isinstance(seed, SeedGenerator):
        return seed.next()
    checked = checks.seed(function, "seed", seed)
    return np.random.default_rng(seeding.next_seed() if checked is None else checked)


def _floating(values: Any, dtype: Any) -> Array:
    return np.asarray(values, dtype=config.standardize_dtype(dtype))


def normal(
    shape: tuple[int, ...], mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None
) -> Array:
    """Numbers of a normal distribution.

    Args:
        shape: shape of the result.
        mean, stddev: of the distribution. Default to 0 and 1.
        dtype: `"float32"` or `"float64"`; `config.floatx()` by default.
        seed: an integer, a `SeedGenerator`, or None.

    Raises:
        ValueError: for another seed, or a negative `stddev`.

    >>> normal((2, 3), seed=0).shape
    (2, 3)
    """
    return _floating(_generator("normal", seed).normal(mean, stddev, shape), dtype)


def truncated_normal(
    shape: tuple[int, ...], mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None
) -> Array:
    """Numbers of a normal distribution, drawn again where they lie beyond two deviations; see `normal`.

    >>> bool((abs(truncated_normal((1000,), seed=0)) <= 2).all())
    True
    """
    generator = _generator("truncated_normal", seed)
    values = np.asarray(generator.normal(size=shape))
    while (beyond := np.abs(values) > 2.0).any():
        values[beyond] = generator.normal(size=np.count_nonzero(beyond))
    return _floating(values * stddev + mean, dtype)


def uniform(
    shape: tuple[int, ...], minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = None, seed: Any = None
) -> Array:
    """Numbers from `minval` to `maxval`, which is left out; whole ones for an integer `dtype`.

    >>> bool((uniform((100,), 2, 3, seed=0) < 3).all())
    True
    """
    if dtype is not None and np.dtype(dtype).kind in "iu":
        return randint(shape, minval, maxval, dtype, seed)
    return _floating(_generator("uniform", seed).uniform(minval, maxval, shape), dtype)


def randint(
    shape: tuple[int, ...], minval: Any, maxval: Any, dtype: Any = "int32", seed: Any = None
) -> Array:
    """Whole numbers from `minval` to `maxval`, which is left out.

    Raises:
        ValueError: for a range without a number in it.

    >>> sorted(set(randint((100,), 0, 3, seed=0).tolist()))
    [0, 1, 2]
    """
    drawn = _generator("randint", seed).integers(minval, maxval, shape)
    return np.asarray(drawn, dtype=dtype)


def categorical(logits: Any, num_samples: int, dtype: Any = "int32", seed: Any = None) -> Array:
    """Classes drawn by their logits.

    Args:
        logits: unnormalised logarithms of the probabilities, (rows, classes).
        num_samples: how many to draw of each row.
        dtype: type of the result. Defaults to `"int32"`.
        seed: see `normal`.

    Returns:
        An array of shape (rows, num_samples).

    Raises:
        ValueError: for logits of another rank.

    >>> categorical([[0.0, 99.0]], 4, seed=0).tolist()
    [[1, 1, 1, 1]]
    """
    scores = np.asarray(logits, dtype="float64")
    if scores.ndim != 2:
        raise ValueError(
            f"categorical: 'logits' must have shape (rows, classes). Received: shape {scores.shape}"
        )
    count = checks.integer("categorical", "num_samples", num_samples, least=0)
    # The largest of logits and Gumbel noise is distributed as the softmax (Gumbel, 1954).
    noise = _generator("categorical", seed).gumbel(size=(len(scores), count, scores.shape[1]))
    return np.asarray((scores[:, None] + noise).argmax(axis=-1), dtype=dtype)


def dropout(inputs: Any, rate: float, noise_shape: Any = None, seed: Any = None) -> Array:
    """Set a share of the numbers to zero, and scale the others by `1 / (1 - rate)`.

    Args:
        inputs: an array.
        rate: the share, in [0, 1).
        noise_shape: shape of what is drawn, which is broadcast to that of the inputs; theirs by default.
        seed: see `normal`.

    Raises:
        ValueError: for another rate.

    >>> sorted(set(dropout([1.0] * 50, 0.5, seed=0).tolist()))
    [0.0, 2.0]
    """
    x = np.asarray(inputs)
    x = x if x.dtype.kind == "f" else x.astype(config.floatx())
    keep = 1.0 - checks.number("dropout", "rate", rate, least=0, below=1)
    shape = x.shape
    if noise_shape is not None:
        shape = tuple(n if m is None else m for n, m in zip(x.shape, noise_shape, strict=True))
    kept = _generator("dropout", seed).random(shape) < keep
    return np.asarray(np.where(kept, x / keep, 0.0), dtype=x.dtype)


def shuffle(x: Any, axis: int = 0, seed: Any = None) -> Array:
    """Put the entries along an axis into a random order.

    >>> sorted(shuffle([3, 1, 2], seed=0).tolist())
    [1, 2, 3]
    """
    return np.asarray(_generator("shuffle", seed).permutation(np.asarray(x), axis=axis))


def gamma(shape: tuple[int, ...], alpha: Any, dtype: Any = None, seed: Any = None) -> Array:
    """Numbers of a gamma distribution of shape `alpha` and scale 1; see `normal`.

    >>> bool((gamma((100,), 2.0, seed=0) > 0).all())
    True
    """
    return _floating(_generator("gamma", seed).gamma(alpha, size=shape), dtype)


def binomial(
    shape: tuple[int, ...], counts: Any, probabilities: Any, dtype: Any = None, seed: Any = None
) -> Array:
    """How many of `counts` trials succeed, with these probabilities; see `normal`.

    >>> bool((binomial((100,), 5, 0.5, seed=0) <= 5).all())
    True
    """
    return _floating(_generator("binomial", seed).binomial(counts, probabilities, shape), dtype)


def beta(shape: tuple[int, ...], alpha: Any, beta: Any, dtype: Any = None, seed: Any = None) -> Array:
    """Numbers of a beta distribution; see `normal`.

    >>> bool((beta((100,), 2.0, 3.0, seed=0) < 1).all())
    True
    """
    return _floating(_generator("beta", seed).beta(alpha, beta, shape), dtype)
