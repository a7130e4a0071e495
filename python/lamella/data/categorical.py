"""One-hot targets."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella.base import config
from lamella.base.checks import integer, shown
from lamella.base.types import Array


def to_categorical(x: Any, num_classes: int | None = None) -> Array:
    """Turn integer classes into one-hot rows.

    Args:
        x: classes, shape (...) or (..., 1).
        num_classes: number of columns; the largest class plus one by default.

    Returns:
        An array of shape (..., num_classes) and type `config.floatx()`.

    Raises:
        TypeError: when x does not hold integers.
        ValueError: when a class is negative or not below `num_classes`, or memory is too small for so many
            columns.

    >>> to_categorical([0, 2]).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    labels = _integers(x)
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    largest = int(labels.max(initial=-1))
    if num_classes is None:
        count = largest + 1
    else:
        count = integer("to_categorical", "num_classes", num_classes, least=1)
    if largest >= count or labels.min(initial=0) < 0:
        wrong = labels[(labels < 0) | (labels >= count)]
        raise ValueError(f"to_categorical: class {wrong[0]} of 'x' is not between 0 and {count - 1}")
    try:
        rows = np.zeros((labels.size, count), config.floatx())
    except (MemoryError, ValueError):
        raise ValueError(
            f"to_categorical: {labels.size} rows of {count} classes, the largest of 'x' plus one or "
            "'num_classes', do not fit into memory"
        ) from None
    rows[np.arange(labels.size), labels.reshape(-1)] = 1
    return rows.reshape(*labels.shape, count)


def _integers(x: Any) -> Array:
    try:
        labels = np.asarray(x)
    except ValueError:  # rows of different length
        raise TypeError(f"to_categorical: 'x' must be integer classes. Received: {shown(x)}") from None
    if labels.dtype.kind not in "fiub":
        raise TypeError(f"to_categorical: 'x' must be integer classes. Received: {shown(x)}")
    with np.errstate(invalid="ignore"):
        integers = labels.astype(np.int64)
    if labels.dtype.kind in "fu" and not np.array_equal(labels, integers):
        raise TypeError("to_categorical: 'x' must be integer classes. Received: other numbers")
    return integers
