"""Losses of numbers: mean squared and mean absolute error."""

from __future__ import annotations

from typing import Any

from lamella._types import Array
from lamella.losses.loss import Loss


class MeanSquaredError(Loss):
    """`mean((y_true - y_pred) ** 2)` over the last axis of each row.

    Args:
        reduction: see `Loss`.
        name: a name.
        dtype: see `Loss`.

    >>> float(MeanSquaredError()([[0.0, 0.0]], [[1.0, 3.0]]))
    5.0
    """

    kind = "mean_squared_error"

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_squared_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)


class MeanAbsoluteError(Loss):
    """`mean(abs(y_true - y_pred))` over the last axis of each row.

    Args:
        reduction: see `Loss`.
        name: a name.
        dtype: see `Loss`.

    >>> float(MeanAbsoluteError()([[0.0, 0.0]], [[1.0, -3.0]]))
    2.0
    """

    kind = "mean_absolute_error"

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_absolute_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)


def mean_squared_error(y_true: Any, y_pred: Any) -> Array:
    """The squared error of each row.

    Args:
        y_true: targets, shape (..., outputs).
        y_pred: predictions, the same shape.

    Returns:
        An array of shape y_pred.shape[:-1].

    >>> mean_squared_error([[0.0, 0.0]], [[1.0, 3.0]]).tolist()
    [5.0]
    """
    return MeanSquaredError().values(y_true, y_pred)


def mean_absolute_error(y_true: Any, y_pred: Any) -> Array:
    """The absolute error of each row.

    Args:
        y_true: targets, shape (..., outputs).
        y_pred: predictions, the same shape.

    Returns:
        An array of shape y_pred.shape[:-1].

    >>> mean_absolute_error([[0.0, 0.0]], [[1.0, -3.0]]).tolist()
    [2.0]
    """
    return MeanAbsoluteError().values(y_true, y_pred)
