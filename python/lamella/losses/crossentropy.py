"""Losses of classes: binary, categorical and sparse categorical cross-entropy.

Training takes the loss of a softmax or sigmoid output from its input, which is exact where Keras clips
probabilities at 1e-7: the loss of a hopelessly wrong row grows beyond Keras's 16.1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella._types import Array, Config
from lamella.losses.loss import Loss, drop_last_one


def check_axis(owner: str, axis: int) -> None:
    """Raise ValueError unless the classes stand on the last axis."""
    if axis != -1:
        raise ValueError(f"{owner}: the argument 'axis' must be -1, the last axis. Received: {axis}")


class _SmoothedCrossentropy(Loss):
    """Cross-entropy with targets given as probabilities."""

    def __init__(
        self,
        from_logits: bool,
        label_smoothing: float,
        axis: int,
        reduction: str | None,
        name: str,
        dtype: Any,
    ) -> None:
        super().__init__(name, reduction, dtype)
        check_axis(type(self).__name__, axis)
        if not 0.0 <= label_smoothing <= 1.0:
            raise ValueError(
                f"{type(self).__name__}: 'label_smoothing' must be between 0 and 1. Received: "
                f"{label_smoothing}"
            )
        self.from_logits = bool(from_logits)
        self.label_smoothing = float(label_smoothing)

    def attributes(self) -> dict[str, Any]:
        return {"from_logits": self.from_logits, "label_smoothing": self.label_smoothing}

    def get_config(self) -> Config:
        return {**super().get_config(), **self.attributes(), "axis": -1}


class BinaryCrossentropy(_SmoothedCrossentropy):
    """`-(y * log(p) + (1 - y) * log(1 - p))`, averaged over the last axis of each row.

    Args:
        from_logits: whether predictions are logits, not probabilities. Defaults to False.
        label_smoothing: moves targets this far towards 0.5, in [0, 1]. Defaults to 0.
        axis: must be -1.
        reduction: see `Loss`.
        name: a name.
        dtype: see `Loss`.

    Raises:
        ValueError: for a smoothing outside [0, 1] or another axis.

    >>> round(float(BinaryCrossentropy()([[1.0]], [[0.5]])), 4)
    0.6931
    """

    kind = "binary_crossentropy"

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "binary_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(from_logits, label_smoothing, axis, reduction, name, dtype)


class CategoricalCrossentropy(_SmoothedCrossentropy):
    """`-sum(y * log(p))` over the classes; targets are one-hot or probabilities.

    Args:
        from_logits: whether predictions are logits, not probabilities. Defaults to False.
        label_smoothing: gives this share of each target to all classes alike, in [0, 1]. Defaults to 0.
        axis: must be -1.
        reduction: see `Loss`.
        name: a name.
        dtype: see `Loss`.

    Raises:
        ValueError: for a smoothing outside [0, 1] or another axis.

    >>> round(float(CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
    0.6931
    """

    kind = "categorical_crossentropy"

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(from_logits, label_smoothing, axis, reduction, name, dtype)


class SparseCategoricalCrossentropy(Loss):
    """`-log(p[y])`; targets are integer classes of shape (...) or (..., 1).

    Args:
        from_logits: whether predictions are logits, not probabilities. Defaults to False.
        ignore_class: rows of this class do not count. Defaults to None.
        reduction: see `Loss`.
        axis: must be -1.
        name: a name.
        dtype: see `Loss`.

    Raises:
        ValueError: for another axis, and when called with a class that is out of range.

    >>> round(float(SparseCategoricalCrossentropy()([1], [[0.5, 0.5]])), 4)
    0.6931
    """

    kind = "sparse_categorical_crossentropy"
    takes_labels = True

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        check_axis("SparseCategoricalCrossentropy", axis)
        self.from_logits = bool(from_logits)
        self.ignore_class = ignore_class

    def attributes(self) -> dict[str, Any]:
        attributes: dict[str, Any] = {"from_logits": self.from_logits}
        if self.ignore_class is not None:
            attributes["ignore_class"] = self.ignore_class
        return attributes

    def values(self, y_true: Any, y_pred: Any) -> Array:
        return super().values(drop_last_one(y_true, y_pred), y_pred)

    def counted(self, y_true: Any) -> Array | None:
        return None if self.ignore_class is None else np.asarray(y_true) != self.ignore_class

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "from_logits": self.from_logits,
            "ignore_class": self.ignore_class,
            "axis": -1,
        }


def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Array:
    """The binary cross-entropy of each row.

    Args:
        y_true: targets, shape (..., outputs).
        y_pred: predictions, the same shape.
        from_logits, label_smoothing, axis: see `BinaryCrossentropy`.

    Returns:
        An array of shape y_pred.shape[:-1].

    >>> binary_crossentropy([[1.0, 0.0]], [[0.5, 0.5]]).shape
    (1,)
    """
    return BinaryCrossentropy(from_logits, label_smoothing, axis).values(y_true, y_pred)


def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Array:
    """The categorical cross-entropy of each row.

    Args:
        y_true: targets, shape (..., classes).
        y_pred: predictions, the same shape.
        from_logits, label_smoothing, axis: see `CategoricalCrossentropy`.

    Returns:
        An array of shape y_pred.shape[:-1].

    >>> categorical_crossentropy([[1.0, 0.0]], [[1.0, 0.0]]).shape
    (1,)
    """
    return CategoricalCrossentropy(from_logits, label_smoothing, axis).values(y_true, y_pred)


def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> Array:
    """The cross-entropy of each row, targets being integer classes.

    Args:
        y_true: classes, shape (...) or (..., 1).
        y_pred: predictions, shape (..., classes).
        from_logits, ignore_class, axis: see `SparseCategoricalCrossentropy`.

    Returns:
        An array of shape y_pred.shape[:-1].

    >>> sparse_categorical_crossentropy([0, 1], [[0.5, 0.5], [0.5, 0.5]]).shape
    (2,)
    """
    return SparseCategoricalCrossentropy(from_logits, ignore_class, axis=axis).values(y_true, y_pred)
