"""Order, search and counts."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella.base.types import Array
from lamella.ops.conversion import array, floats, promoted
from lamella.ops.definition import operation, structured

__all__ = [
    "argpartition",
    "argsort",
    "bincount",
    "digitize",
    "histogram",
    "in_top_k",
    "isin",
    "searchsorted",
    "sort",
    "top_k",
    "unique",
]


@operation
def sort(x: Any, axis: int = -1) -> Array:
    """The numbers along an axis from the smallest to the largest.

    >>> sort([3, 1, 2]).tolist()
    [1, 2, 3]
    """
    return np.sort(array(x), axis)


@operation
def argsort(x: Any, axis: int = -1) -> Array:
    """The indices that sort the numbers along an axis; equal ones keep their order.

    >>> argsort([3, 1, 2]).tolist()
    [1, 2, 0]
    """
    return np.argsort(array(x), axis, kind="stable").astype("int32")


@operation
def argpartition(x: Any, kth: int, axis: int = -1) -> Array:
    """Indices that put the k-th smallest number in its place, smaller ones before it.

    >>> int(argpartition([3, 1, 2], 0)[0])
    1
    """
    return np.argpartition(array(x), kth, axis).astype("int32")


@operation
def top_k(x: Any, k: int, sorted: bool = True) -> tuple[Array, Array]:
    """The k largest numbers of each row, and their indices; the first of equal ones comes first.

    >>> values, indices = top_k([3, 1, 2], 2)
    >>> values.tolist(), indices.tolist()
    ([3, 2], [0, 2])
    """
    values = array(x)
    if not 0 <= k <= values.shape[-1]:
        raise ValueError(f"'k' must be an integer from 0 to {values.shape[-1]}. Received: {k}")
    order = values.shape[-1] - 1 - np.argsort(values[..., ::-1], axis=-1, kind="stable")
    indices = order[..., ::-1][..., :k]
    return np.take_along_axis(values, indices, axis=-1), indices.astype("int32")


@operation
def in_top_k(targets: Any, predictions: Any, k: int) -> Array:
    """Whether the class of each row is among the k that are rated highest.

    Args:
        targets: classes, shape (rows,).
        predictions: shape (rows, classes).
        k: how many count.

    >>> in_top_k([0, 1], [[0.7, 0.2, 0.1], [0.5, 0.1, 0.4]], 2).tolist()
    [True, False]
    """
    rated = array(predictions)
    of_target = np.take_along_axis(rated, array(targets)[:, None], axis=-1)
    return np.count_nonzero(rated > of_target, axis=-1) < k


@operation
def searchsorted(sorted_sequence: Any, values: Any, side: str = "left") -> Array:
    """Where numbers would have to be put in to keep a sequence sorted.

    Args:
        sorted_sequence: shape (n,), from the smallest to the largest number.
        values: the numbers to put in.
        side: "left", before equal ones, or "right", behind them.

    >>> searchsorted([1, 3, 5], [3, 4]).tolist()
    [1, 2]
    """
    sequence = array(sorted_sequence)
    if sequence.ndim != 1:
        raise ValueError(f"'sorted_sequence' must have one axis. Received: shape {sequence.shape}")
    places = np.searchsorted(sequence, array(values), side)
    return np.asarray(places, "int32")


@operation
def digitize(x: Any, bins: Any) -> Array:
    """The number of the interval that each number lies in, 0 below the first limit.

    >>> digitize([0.5, 2.5], [1.0, 2.0]).tolist()
    [0, 2]
    """
    return np.asarray(np.digitize(array(x), array(bins)), "int32")


@operation
def bincount(x: Any, weights: Any = None, minlength: int = 0, sparse: bool = False) -> Array:
    """How often each whole number from 0 on occurs; of rows each by itself.

    Args:
        x: whole numbers that are not negative, shape (n,) or (rows, n).
        weights: what each occurrence counts, of x's shape. Defaults to 1.
        minlength: the least length of the result.
        sparse: only False.

    >>> bincount([1, 1, 3]).tolist()
    [0, 2, 0, 1]
    """
    if sparse:
        raise ValueError("'sparse' must be False: arrays are dense here")
    values = array(x)
    counted = None if weights is None else promoted(weights, values)[0]
    dtype = "int32" if counted is None else counted.dtype
    if values.ndim < 2:
        return np.bincount(values, counted, minlength).astype(dtype)
    length = max(int(values.max(initial=-1)) + 1, minlength)
    factors = [None] * len(values) if counted is None else counted
    rows = [np.bincount(row, factor, length) for row, factor in zip(values, factors, strict=True)]
    return np.stack(rows).astype(dtype)


@operation
def histogram(x: Any, bins: Any = 10, range: Any = None) -> tuple[Array, Array]:
    """How many numbers lie in each of so many intervals, and the limits of these.

    Args:
        x: an array.
        bins: how many intervals. Defaults to 10.
        range: the smallest and the largest limit; those of x by default.

    >>> counts, limits = histogram([1.0, 2.0, 2.5], bins=2, range=(1, 3))
    >>> counts.tolist(), limits.tolist()
    ([1, 2], [1.0, 2.0, 3.0])
    """
    values = floats(x)
    counts, limits = np.histogram(values, bins, range)
    return counts.astype("int32"), limits.astype(values.dtype)


@operation
def isin(x1: Any, x2: Any, assume_unique: bool = False, invert: bool = False) -> Array:
    """Whether each number of the first array is in the second one.

    >>> isin([1, 2], [2, 3]).tolist()
    [False, True]
    """
    first, second = promoted(x1, x2)
    return np.isin(first, second, assume_unique=assume_unique, invert=invert)


@structured
def unique(
    x: Any,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    """The numbers, or entries along an axis, that differ.

    Args:
        x: an array.
        sorted: they are, whatever is said here.
        return_index: whether to return where each occurs first.
        return_inverse: whether to return which of them makes up each entry of x.
        return_counts: whether to return how often each occurs.
        axis: the axis; all numbers by default.
        size: how many to return: cut off or filled up.
        fill_value: what to fill up with. Defaults to 0.

    Returns:
        The entries, or a tuple of them and what else is asked for.

    >>> unique([3, 1, 3]).tolist()
    [1, 3]
    """
    found = np.unique(array(x), return_index, return_inverse, return_counts, axis, equal_nan=False)
    if size is None:
        return found
    parts = list(found) if isinstance(found, tuple) else [found]
    at = 0 if axis is None else axis
    parts[0] = _of_length(parts[0], size, 0 if fill_value is None else fill_value, at)
    if return_index:
        parts[1] = _of_length(parts[1], size, 1, 0)
    if return_counts:
        parts[-1] = _of_length(parts[-1], size, 0, 0)
    return tuple(parts) if isinstance(found, tuple) else parts[0]


def _of_length(values: Array, size: int, fill: Any, axis: int) -> Array:
    missing = max(size - values.shape[axis], 0)
    widths = [(0, missing if one == axis % values.ndim else 0) for one in range(values.ndim)]
    return np.take(np.pad(values, widths, constant_values=fill), range(size), axis)
