"""Arrays as training data: checked, never converted, never copied."""

from __future__ import annotations

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
    targets, weights = adapt_targets(inputs.shape, y, sample_weight, class_weight)
    return ArrayData(inputs, targets, weights)


def adapt_targets(
    shape: tuple[int, ...], y: Any, sample_weight: Any, class_weight: dict[int, float] | None
) -> tuple[Array | None, Array | None]:
    """Check what belongs to inputs of this shape: targets and weights of rows, each of which may be None.

    Raises:
        TypeError, ValueError: as `adapt`.
    """
    targets = None if y is None else as_numbers("y", y)
    if targets is not None and targets.shape[0] != shape[0]:
        raise ValueError(
            f"x and y must hold equally many samples. Received: x of shape {shape}, y of shape "
            f"{targets.shape}"
        )
    if class_weight is not None:
        if sample_weight is not None:
            raise ValueError("Pass either sample_weight or class_weight, not both")
        sample_weight = class_weights(targets, class_weight)
    return targets, None if sample_weight is None else _check_weights(sample_weight, shape)


def _check_weights(sample_weight: Any, shape: tuple[int, ...]) -> Array:
    weights = as_numbers("sample_weight", sample_weight)
    if weights.ndim == 2 and weights.shape[1] == 1:
        weights = weights[:, 0]
    if weights.shape != shape[:1]:
        raise ValueError(
            "sample_weight must hold one number for each sample of x. "
            f"Received: x of shape {shape}, sample_weight of shape {weights.shape}"
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
