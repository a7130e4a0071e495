"""Random arrays, under Keras's names.

A seed that is an integer gives the same numbers at each call; a `SeedGenerator` gives others each time;
without one they follow `lamella.utils.set_random_seed`. The numbers are NumPy's, not a Keras backend's.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella.base import checks, config, seeding
from lamella.base.naming import auto_name, checked_name
from lamella.base.public_names import publish
from lamella.base.results import ArrayResult, answer
from lamella.base.types import Array, Config

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

publish(__name__, __all__)


_LONGEST = 2**40
_RANGE = "'minval', 'maxval' and 'shape'"


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


def _shape(function: str, shape: Any) -> tuple[int, ...]:
    axes = shape if isinstance(shape, (list, tuple)) else (shape,)
    return tuple(checks.integer(function, "shape", axis, 0, _LONGEST) for axis in axes)


def _numbers(function: str, argument: str, value: Any) -> Array:
    """Numbers of a distribution: one, or an array that is broadcast."""
    try:
        numbers = np.asarray(value, dtype="float64")
    except (TypeError, ValueError, OverflowError):
        numbers = np.asarray(np.nan)
    if isinstance(value, (str, bytes)) or value is None or np.isnan(numbers).any():
        raise checks.refusal(function, argument, "numbers", value)
    return numbers


def _whole(function: str, argument: str, value: Any) -> Array:
    """Whole numbers of 64 bits, also where they are written as floats."""
    numbers = _numbers(function, argument, value)
    if (np.abs(numbers) >= 2.0**63).any() or not np.array_equal(numbers, np.rint(numbers)):
        raise checks.refusal(function, argument, "whole numbers", value)
    return np.asarray(value).astype("int64")


def _draw(function: str, what: str, draw: Any, *arguments: Any) -> Any:
    """What NumPy draws; what it refuses is said of these arguments."""
    try:
        return draw(*arguments)
    except (OverflowError, TypeError, ValueError) as error:
        raise ValueError(f"{function}: {what} do not fit: {error}") from None


def _floating(values: Any, dtype: Any) -> ArrayResult:
    return answer(np.asarray(values, dtype=config.standardize_dtype(dtype)))


def normal(
    shape: tuple[int, ...], mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None
) -> ArrayResult:
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
    means, deviations = _numbers("normal", "mean", mean), _numbers("normal", "stddev", stddev)
    draw = _generator("normal", seed).normal
    drawn = _draw("normal", "'mean', 'stddev' and 'shape'", draw, means, deviations, _shape("normal", shape))
    return _floating(drawn, dtype)


def truncated_normal(
    shape: tuple[int, ...], mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None
) -> ArrayResult:
    """Numbers of a normal distribution, drawn again where they lie beyond two deviations; see `normal`.

    >>> bool((abs(truncated_normal((1000,), seed=0)) <= 2).all())
    True
    """
    function = "truncated_normal"
    means, deviations = _numbers(function, "mean", mean), _numbers(function, "stddev", stddev)
    generator = _generator(function, seed)
    values = np.asarray(generator.normal(size=_shape(function, shape)))
    while (beyond := np.abs(values) > 2.0).any():
        values[beyond] = generator.normal(size=np.count_nonzero(beyond))
    scaled = _draw(function, "'mean', 'stddev' and 'shape'", lambda: values * deviations + means)
    return _floating(scaled, dtype)


def uniform(
    shape: tuple[int, ...], minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = None, seed: Any = None
) -> ArrayResult:
    """Numbers from `minval` to `maxval`, which is left out; whole ones for an integer `dtype`.

    >>> bool((uniform((100,), 2, 3, seed=0) < 3).all())
    True
    """
    if dtype is not None and checks.dtype("uniform", "dtype", dtype).kind in "iu":
        return randint(shape, minval, maxval, dtype, seed)
    low, high = _numbers("uniform", "minval", minval), _numbers("uniform", "maxval", maxval)
    draw = _generator("uniform", seed).uniform
    return _floating(_draw("uniform", _RANGE, draw, low, high, _shape("uniform", shape)), dtype)


def randint(
    shape: tuple[int, ...], minval: Any, maxval: Any, dtype: Any = "int32", seed: Any = None
) -> ArrayResult:
    """Whole numbers from `minval` to `maxval`, which is left out.

    Raises:
        ValueError: for a range without a number in it.

    >>> sorted(set(randint((100,), 0, 3, seed=0).tolist()))
    [0, 1, 2]
    """
    kind = checks.dtype("randint", "dtype", dtype)
    low, high = _whole("randint", "minval", minval), _whole("randint", "maxval", maxval)
    draw = _generator("randint", seed).integers
    return answer(np.asarray(_draw("randint", _RANGE, draw, low, high, _shape("randint", shape)), dtype=kind))


def categorical(logits: Any, num_samples: int, dtype: Any = "int32", seed: Any = None) -> ArrayResult:
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
    kind = checks.dtype("categorical", "dtype", dtype)
    scores = _numbers("categorical", "logits", logits)
    if scores.ndim != 2:
        raise ValueError(
            f"categorical: 'logits' must have shape (rows, classes). Received: shape {scores.shape}"
        )
    count = checks.integer("categorical", "num_samples", num_samples, 0, _LONGEST)
    # The largest of logits and Gumbel noise is distributed as the softmax (Gumbel, 1954).
    noise = _generator("categorical", seed).gumbel(size=(len(scores), count, scores.shape[1]))
    return answer((scores[:, None] + noise).argmax(axis=-1).astype(kind))


def dropout(inputs: Any, rate: float, noise_shape: Any = None, seed: Any = None) -> ArrayResult:
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
    x = x if x.dtype.kind == "f" else _numbers("dropout", "inputs", inputs).astype(config.floatx())
    keep = 1.0 - checks.number("dropout", "rate", rate, least=0, below=1)
    shape = x.shape
    if noise_shape is not None:
        shape = _noise_shape(x.shape, noise_shape)
    kept = _generator("dropout", seed).random(shape) < keep
    return answer(np.where(kept, x / keep, 0.0).astype(x.dtype))


def _noise_shape(shape: tuple[int, ...], noise_shape: Any) -> tuple[int, ...]:
    fits = isinstance(noise_shape, (list, tuple)) and len(noise_shape) == len(shape)
    if not fits or any(m not in (None, 1, n) for n, m in zip(shape, noise_shape, strict=True)):
        expected = f"a shape that is broadcast to {shape}, or None"
        raise checks.refusal("dropout", "noise_shape", expected, noise_shape)
    return tuple(n if m is None else m for n, m in zip(shape, noise_shape, strict=True))


def shuffle(x: Any, axis: int = 0, seed: Any = None) -> ArrayResult:
    """Put the entries along an axis into a random order.

    >>> sorted(shuffle([3, 1, 2], seed=0).tolist())
    [1, 2, 3]
    """
    entries = np.asarray(x)
    if entries.ndim == 0:
        raise checks.refusal("shuffle", "x", "an array with an axis", x)
    axis = checks.integer("shuffle", "axis", axis, -entries.ndim, entries.ndim - 1)
    return answer(_generator("shuffle", seed).permutation(entries, axis=axis))


def gamma(shape: tuple[int, ...], alpha: Any, dtype: Any = None, seed: Any = None) -> ArrayResult:
    """Numbers of a gamma distribution of shape `alpha` and scale 1; see `normal`.

    >>> bool((gamma((100,), 2.0, seed=0) > 0).all())
    True
    """
    draw, shapes = _generator("gamma", seed).gamma, _numbers("gamma", "alpha", alpha)
    drawn = _draw("gamma", "'alpha' and 'shape'", draw, shapes, 1.0, _shape("gamma", shape))
    return _floating(drawn, dtype)


def binomial(
    shape: tuple[int, ...], counts: Any, probabilities: Any, dtype: Any = None, seed: Any = None
) -> ArrayResult:
    """How many of `counts` trials succeed, with these probabilities; see `normal`.

    >>> bool((binomial((100,), 5, 0.5, seed=0) <= 5).all())
    True
    """
    trials = _whole("binomial", "counts", counts)
    shares = _numbers("binomial", "probabilities", probabilities)
    draw, size = _generator("binomial", seed).binomial, _shape("binomial", shape)
    what = "'counts', 'probabilities' and 'shape'"
    return _floating(_draw("binomial", what, draw, trials, shares, size), dtype)


def beta(shape: tuple[int, ...], alpha: Any, beta: Any, dtype: Any = None, seed: Any = None) -> ArrayResult:
    """Numbers of a beta distribution; see `normal`.

    >>> bool((beta((100,), 2.0, 3.0, seed=0) < 1).all())
    True
    """
    first, second = _numbers("beta", "alpha", alpha), _numbers("beta", "beta", beta)
    draw, size = _generator("beta", seed).beta, _shape("beta", shape)
    return _floating(_draw("beta", "'alpha', 'beta' and 'shape'", draw, first, second, size), dtype)
