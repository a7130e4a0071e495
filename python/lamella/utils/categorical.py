"""One-hot targets."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella import config
from lamella._types import Array


def to_categorical(x: Any, num_classes: int | None = None) -> Array:
    """Turn integer classes into one-hot rows.

    Args:
        x: classes, shape (...) or (..., 1).
        num_classes: number of columns; the largest class plus one by default.

    Returns:
        An array of shape (..., num_classes) and type `config.floatx()`.

    Raises:
        TypeError: when x does not hold integers.
        ValueError: when a class is negative or not below `num_classes`.

    >>> to_categorical([0, 2]).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    labels = np.asarray(x)
    if labels.dtype.kind not in "fiub":
        raise TypeError(f"to_categorical needs integer classes. Received: an array of dtype {labels.dtype}")
    if labels.dtype.kind == "f" and not np.array_equal(labels, np.rint(labels)):
        raise TypeError("to_categorical needs integer classes. Received: numbers with fractions")
    labels = labels.astype(np.int64)
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    count = int(labels.max(initial=-1)) + 1 if num_classes is None else int(num_classes)
    wrong = (labels < 0) | (labels >= count)
    if wrong.any():
        raise ValueError(f"Class {labels[wrong][0]} is not between 0 and {count - 1}")
    return np.asarray(np.eye(count, dtype=config.floatx())[labels])
