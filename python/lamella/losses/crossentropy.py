"""Losses of classes: binary, categorical and sparse categorical cross-entropy.

Training takes the loss of a softmax or sigmoid output from its input, which is exact where Keras clips
probabilities at 1e-7: the loss of a hopelessly wrong row grows beyond Keras's 16.1.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from lamella.base import checks
from lamella.base.results import ArrayResult, answer
from lamella.base.types import Array, Config
from lamella.losses.arrays import axes_or_all, class_axis
from lamella.losses.loss import Loss


def warn_of_one_class(function: str, shape: tuple[int, ...]) -> None:
    """Warn, as Keras does, where distributions over one class are compared: their loss is always 0."""
    if shape[-1:] == (1,):
        warnings.warn(
            f"{function} expects predictions of shape (..., classes) with more than one class. Received: "
            f"predictions of shape {shape}. For two classes in one output use binary_crossentropy",
            SyntaxWarning,
            stacklevel=4,
        )


def ignored_class(owner: str, value: Any) -> int | None:
    """A class index that does not count, or None; it need not be one of the classes."""
    if value is None:
        return None
    return checks.integer(owner, "ignore_class", value, least=-(2**31), most=2**31 - 1)


class _SmoothedCrossentropy(Loss):
    """Cross-entropy with targets given as probabilities."""

    def __init__(
        self,
        from_logits: bool,
        label_smoothing: float,
        axis: int | tuple[int, ...] | None,
        reduction: str | None,
        name: str,
        dtype: Any,
    ) -> None:
        super().__init__(name, reduction, dtype)
        owner = type(self).__name__
        self.axis = (axes_or_all if self.of_elements else class_axis)(owner, axis)
        self.from_logits = checks.flag(owner, "from_logits", from_logits)
        self.label_smoothing = checks.number(owner, "label_smoothing", label_smoothing, least=0, most=1)

    def attributes(self) -> dict[str, Any]:
        return {"from_logits": self.from_logits, "label_smoothing": self.label_smoothing}

    def get_config(self) -> Config:
        return {**super().get_config(), **self.attributes(), "axis": self.axis}


class BinaryCrossentropy(_SmoothedCrossentropy):
    """`-(y * log(p) + (1 - y) * log(1 - p))`, averaged over each row.

    Args:
        from_logits: whether predictions are logits, not probabilities. Defaults to False.
        label_smoothing: moves targets this far towards 0.5, in [0, 1]. Defaults to 0.
        axis: the axis or axes that are averaged over. Defaults to the last.
        reduction: see `Loss`.
        name: a name.
        dtype: see `Loss`.

    Raises:
        ValueError: for a smoothing outside [0, 1].

    >>> round(float(BinaryCrossentropy()([[1.0]], [[0.5]])), 4)
    0.6931
    """

    kind = "binary_crossentropy"
    of_elements = True

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
        axis: the axis of the classes. Defaults to the last.
        reduction: see `Loss`.
        name: a name.
        dtype: see `Loss`.

    Raises:
        ValueError: for a smoothing outside [0, 1].

    >>> round(float(CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
    0.6931
    """

    kind = "categorical_crossentropy"

    def values(self, y_true: Any, y_pred: Any) -> Array:
        values = super().values(y_true, y_pred)
        self.look_at(np.shape(y_pred))
        return values

    def look_at(self, output_shape: tuple[int, ...]) -> None:
        warn_of_one_class(self.kind, output_shape)

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
        axis: the axis of the classes. Defaults to the last.
        name: a name.
        dtype: see `Loss`.

    Raises:
        ValueError: when called with a class that is out of range.

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
        owner = type(self).__name__
        self.axis = class_axis(owner, axis)
        self.from_logits = checks.flag(owner, "from_logits", from_logits)
        self.ignore_class = ignored_class(owner, ignore_class)

    def attributes(self) -> dict[str, Any]:
        attributes: dict[str, Any] = {"from_logits": self.from_logits}
        if self.ignore_class is not None:
            attributes["ignore_class"] = self.ignore_class
        return attributes

    def counted(self, y_true: Any, shape: tuple[int, ...]) -> Array | None:
        return None if self.ignore_class is None else np.asarray(y_true).reshape(shape) != self.ignore_class

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "from_logits": self.from_logits,
            "ignore_class": self.ignore_class,
            "axis": self.axis,
        }


def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> ArrayResult:
    """The binary cross-entropy of each row.

    Args:
        y_true: targets, shape (..., outputs).
        y_pred: predictions, the same shape.
        from_logits, label_smoothing, axis: see `BinaryCrossentropy`.

    Returns:
        An array of y_pred's shape without the axis.

    >>> binary_crossentropy([[1.0, 0.0]], [[0.5, 0.5]]).shape
    (1,)
    """
    return answer(BinaryCrossentropy(from_logits, label_smoothing, axis).values(y_true, y_pred))


def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> ArrayResult:
    """The categorical cross-entropy of each row.

    Args:
        y_true: targets, shape (..., classes).
        y_pred: predictions, the same shape.
        from_logits, label_smoothing, axis: see `CategoricalCrossentropy`.

    Returns:
        An array of y_pred's shape without the axis.

    >>> categorical_crossentropy([[1.0, 0.0]], [[1.0, 0.0]]).shape
    (1,)
    """
    return answer(CategoricalCrossentropy(from_logits, label_smoothing, axis).values(y_true, y_pred))


def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> ArrayResult:
    """The cross-entropy of each row, targets being integer classes.

    Args:
        y_true: classes, shape (...) or (..., 1).
        y_pred: predictions, shape (..., classes).
        from_logits, ignore_class, axis: see `SparseCategoricalCrossentropy`.

    Returns:
        An array of y_pred's shape without the axis.

    >>> sparse_categorical_crossentropy([0, 1], [[0.5, 0.5], [0.5, 0.5]]).shape
    (2,)
    """
    return answer(SparseCategoricalCrossentropy(from_logits, ignore_class, axis=axis).values(y_true, y_pred))
