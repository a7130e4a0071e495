"""Arrays as training data: checked, never converted, never copied."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lamella._types import Array


class ArrayData:
    """Inputs, targets and weights with one row for each sample.

    Args:
        x: inputs.
        y: targets, or None.
        sample_weight: a weight for each row, or None.
    """

    __slots__ = ("sample_weight", "x", "y")

    def __init__(self, x: Array, y: Array | None, sample_weight: Array | None) -> None:
        self.x = x
        self.y = y
        self.sample_weight = sample_weight

    @property
    def rows(self) -> int:
        """Number of samples."""
        return int(self.x.shape[0])

    def slice(self, start: int, stop: int) -> ArrayData:
        """The rows from start to stop, as views."""
        y, weight = self.y, self.sample_weight
        return ArrayData(
            self.x[start:stop],
            None if y is None else y[start:stop],
            None if weight is None else weight[start:stop],
        )


def as_numbers(name: str, value: Any) -> Array:
    """Return the array behind `value`.

    Args:
        name: what users call it: "x".
        value: an array, anything with `__array__`, or nested lists of numbers.

    Raises:
        TypeError: when it does not hold real numbers.
        ValueError: when it has no rows.
    """
    array = value if type(value) is np.ndarray else np.asarray(value)
    if array.dtype.kind not in "fiub":
        received = type(value).__name__ if array.ndim == 0 else f"an array of dtype {array.dtype}"
        raise TypeError(f"{name} must be an array of real numbers. Received: {received}")
    if array.ndim == 0:
        raise ValueError(f"{name} must have at least one axis, the samples. Received: a single number")
    if array.shape[0] == 0:
        raise ValueError(f"{name} holds no samples. Received: an array of shape {array.shape}")
    return array


def adapt(
    x: Any, y: Any = None, sample_weight: Any = None, class_weight: dict[int, float] | None = None
) -> ArrayData:
    """Check arrays and put them together.

    Raises:
        TypeError: when an array does not hold real numbers.
        ValueError: when there are no samples, or not equally many in all arrays.
    """
    inputs = as_numbers("x", x)
    targets = None if y is None else as_numbers("y", y)
    if targets is not None and targets.shape[0] != inputs.shape[0]:
        raise ValueError(
            f"x and y must hold equally many samples. Received: x of shape {inputs.shape}, y of shape "
            f"{targets.shape}"
        )
    if class_weight is not None:
        if sample_weight is not None:
            raise ValueError("Pass either sample_weight or class_weight, not both")
        sample_weight = class_weights(targets, class_weight)
    weights = None if sample_weight is None else _check_weights(sample_weight, inputs)
    return ArrayData(inputs, targets, weights)


def _check_weights(sample_weight: Any, inputs: Array) -> Array:
    weights = as_numbers("sample_weight", sample_weight)
    if weights.ndim == 2 and weights.shape[1] == 1:
        weights = weights[:, 0]
    if weights.shape != inputs.shape[:1]:
        raise ValueError(
            "sample_weight must hold one number for each sample of x. "
            f"Received: x of shape {inputs.shape}, sample_weight of shape {weights.shape}"
        )
    return weights


def class_weights(y: Array | None, class_weight: dict[int, float]) -> Array:
    """The weight of each row by its class; classes that are not named weigh 1.

    >>> class_weights(np.array([0, 2, 1]), {0: 5.0, 1: 2.0}).tolist()
    [5.0, 1.0, 2.0]
    """
    if y is None:
        raise ValueError("class_weight needs targets: pass y")
    if y.ndim > 2:
        raise ValueError(f"class_weight needs one class for each sample. Received: y of shape {y.shape}")
    labels = y.argmax(axis=1) if y.ndim == 2 and y.shape[1] > 1 else np.rint(y.reshape(-1)).astype(np.int64)
    classes, rows = np.unique(labels, return_inverse=True)
    table = np.array([class_weight.get(int(label), 1.0) for label in classes], dtype=np.float32)
    return np.asarray(table[rows.reshape(-1)])


def split(data: ArrayData, fraction: float) -> tuple[ArrayData, ArrayData]:
    """Cut the last `fraction` of the rows off for validation, as views.

    Raises:
        ValueError: when the fraction is not between 0 and 1, or leaves no rows on one side.
    """
    if not 0.0 < fraction < 1.0:
        raise ValueError(f"validation_split must be between 0 and 1. Received: {fraction}")
    at = math.floor(data.rows * (1.0 - fraction))
    if at in (0, data.rows):
        raise ValueError(
            f"validation_split={fraction} leaves no samples for {'training' if at == 0 else 'validation'}: "
            f"x has {data.rows} samples"
        )
    return data.slice(0, at), data.slice(at, data.rows)


def unpack(validation_data: Any) -> ArrayData:
    """Read `validation_data`: `(x, y)` or `(x, y, sample_weight)`.

    Raises:
        ValueError: for anything else.
    """
    if not isinstance(validation_data, (tuple, list)) or len(validation_data) not in (2, 3):
        raise ValueError(
            "validation_data must be a tuple (x, y) or (x, y, sample_weight). "
            f"Received: {type(validation_data).__name__}"
        )
    return adapt(*validation_data)
