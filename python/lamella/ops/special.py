"""Special functions, distances, and sums of segments."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from lamella.base.types import Array
from lamella.ops.conversion import array, floats, promoted
from lamella.ops.definition import Unary, operation, unary

__all__ = [
    "cdist",
    "erf",
    "erfc",
    "erfinv",
    "rsqrt",
    "segment_max",
    "segment_min",
    "segment_prod",
    "segment_sum",
]


def _by_number(function: Callable[[float], float], says: str) -> Unary:
    """An operation that Python has for single numbers."""
    each = np.frompyfunc(function, 1, 1)

    def values(x: Array) -> Any:
        return np.asarray(each(x.astype("float64")), "float64").astype(x.dtype)

    values.__name__ = function.__name__
    return unary(values, says, floats)


erf = _by_number(math.erf, "The error function.")
erfc = _by_number(math.erfc, "1 less the error function, exact where that is small.")


@operation
def erfinv(x: Any) -> Array:
    """The inverse of the error function.

    >>> round(float(erfinv(0.5)), 4)
    0.4769
    """
    from statistics import NormalDist  # which takes a while to import

    quantile = NormalDist().inv_cdf

    def inverse(y: float) -> float:
        if abs(y) >= 1 or y != y:
            return math.copysign(math.inf, y) if abs(y) == 1 else math.nan
        guess = quantile((y + 1) / 2) / math.sqrt(2) if abs(y) > 0.1 else y * math.sqrt(math.pi) / 2
        for _ in range(3):  # Newton's steps, for the quantile loses digits near 0
            guess -= (math.erf(guess) - y) * math.sqrt(math.pi) / 2 * math.exp(guess**2)
        return guess

    values = floats(x)
    return np.asarray(np.frompyfunc(inverse, 1, 1)(values.astype("float64")), "float64").astype(values.dtype)


@operation
def rsqrt(x: Any) -> Array:
    """1 divided by the square root.

    >>> float(rsqrt(4.0))
    0.5
    """
    values = floats(x)
    return np.reciprocal(np.sqrt(values))


@operation
def cdist(x: Any, y: Any) -> Array:
    """The distance of each row of x from each row of y.

    Args:
        x: shape (..., m, features).
        y: shape (..., n, features).

    Returns:
        Shape (..., m, n).

    >>> cdist([[0.0, 0.0]], [[3.0, 4.0]]).tolist()
    [[5.0]]
    """
    first, second = promoted(x, y, floating=True)
    if first.ndim < 2 or second.ndim < 2 or first.shape[-1] != second.shape[-1]:
        raise ValueError(
            "needs two arrays of shape (..., rows, features) with as many features. "
            f"Received: shapes {first.shape} and {second.shape}"
        )
    return np.sqrt(np.square(first[..., :, None, :] - second[..., None, :, :]).sum(axis=-1))


@operation
def segment_sum(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Array:
    """The sums of entries along the first axis that belong together.

    Args:
        data: shape (n, ...).
        segment_ids: shape (n,): the row of the result that each entry goes to, out of range for none.
        num_segments: how many rows; the largest of `segment_ids` plus one by default.
        sorted: means nothing here.

    >>> segment_sum([1, 2, 3], [0, 2, 2]).tolist()
    [1, 0, 5]
    """
    return _segments(np.add, data, segment_ids, num_segments, lambda dtype: 0)


@operation
def segment_prod(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Array:
    """The products of entries that belong together; see `segment_sum`.

    >>> segment_prod([1, 2, 3], [0, 2, 2]).tolist()
    [1, 1, 6]
    """
    return _segments(np.multiply, data, segment_ids, num_segments, lambda dtype: 1)


@operation
def segment_max(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Array:
    """The largest of entries that belong together, minus infinity of none; see `segment_sum`.

    >>> segment_max([1.0, 2.0, 3.0], [0, 2, 2]).tolist()
    [1.0, -inf, 3.0]
    """
    return _segments(np.maximum, data, segment_ids, num_segments, lambda dtype: -_most(dtype))


@operation
def segment_min(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Array:
    """The smallest of entries that belong together, infinity of none; see `segment_sum`.

    >>> segment_min([1.0, 2.0, 3.0], [0, 2, 2]).tolist()
    [1.0, inf, 2.0]
    """
    return _segments(np.minimum, data, segment_ids, num_segments, _most)


def _most(dtype: np.dtype[Any]) -> Any:
    return np.inf if dtype.kind == "f" else np.iinfo(dtype).max


def _segments(
    combine: np.ufunc, data: Any, segment_ids: Any, num_segments: int | None, start: Callable[[Any], Any]
) -> Array:
    values, rows = array(data), array(segment_ids)
    if rows.ndim != 1 or values.shape[:1] != rows.shape:
        raise ValueError(
            "'segment_ids' must have one axis, as long as the first of 'data'. "
            f"Received: shapes {rows.shape} and {values.shape}"
        )
    count = int(rows.max(initial=-1)) + 1 if num_segments is None else num_segments
    result = np.full((count, *values.shape[1:]), start(values.dtype), values.dtype)
    used = (rows >= 0) & (rows < count)
    combine.at(result, rows[used], values[used])
    return result
