"""Losses of numbers: errors by size, by percentage, by logarithm, and robust ones."""

from __future__ import annotations

from typing import Any

from lamella.base import checks
from lamella.base.results import ArrayResult, answer
from lamella.base.types import Config
from lamella.losses.arrays import axes_or_all
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
    of_elements = True

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
    of_elements = True

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_absolute_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)


class MeanAbsolutePercentageError(Loss):
    """`100 * mean(abs((y_true - y_pred) / max(abs(y_true), 1e-7)))` over the last axis of each row.

    Args:
        reduction: see `Loss`.
        name: a name.
        dtype: see `Loss`.

    >>> round(float(MeanAbsolutePercentageError()([[2.0]], [[1.0]])), 4)
    50.0
    """

    kind = "mean_absolute_percentage_error"
    of_elements = True

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_absolute_percentage_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)


class MeanSquaredLogarithmicError(Loss):
    """`mean((log(y_true + 1) - log(y_pred + 1)) ** 2)`; values below 1e-7 are taken as 1e-7.

    Args:
        reduction: see `Loss`.
        name: a name.
        dtype: see `Loss`.

    >>> round(float(MeanSquaredLogarithmicError()([[0.0]], [[1.0]])), 4)
    0.4805
    """

    kind = "mean_squared_logarithmic_error"
    of_elements = True

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)


class Huber(Loss):
    """Squared where the error is small, linear where it is large, averaged over the last axis of each row.

    `0.5 * e ** 2` for `abs(e) <= delta`, else `delta * abs(e) - 0.5 * delta ** 2`: Huber, "Robust
    Estimation of
    a Location Parameter" (1964).

    Args:
        delta: error at which it turns linear. Defaults to 1.
        reduction: see `Loss`.
        name: a name.
        dtype: see `Loss`.

    Raises:
        ValueError: for a delta that is not positive.

    >>> float(Huber()([[0.0, 0.0]], [[1.0, 3.0]]))
    1.5
    """

    kind = "huber"
    of_elements = True

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str = "huber_loss",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.delta = checks.number("Huber", "delta", delta, above=0, infinite=True)

    def attributes(self) -> dict[str, Any]:
        return {"delta": self.delta}

    def get_config(self) -> Config:
        return {**super().get_config(), "delta": self.delta}


class LogCosh(Loss):
    """`mean(log(cosh(y_pred - y_true)))` over the last axis of each row.

    Args:
        reduction: see `Loss`.
        name: a name.
        dtype: see `Loss`.

    >>> round(float(LogCosh()([[0.0]], [[1.0]])), 4)
    0.4338
    """

    kind = "log_cosh"
    of_elements = True

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str = "log_cosh", dtype: Any = None
    ) -> None:
        super().__init__(name, reduction, dtype)


class CosineSimilarity(Loss):
    """Minus the cosine of the angle between targets and predictions: -1 where they point the same way.

    Args:
        axis: the axis or axes of a vector. Defaults to the last.
        reduction: see `Loss`.
        name: a name.
        dtype: see `Loss`.

    >>> round(float(CosineSimilarity()([[3.0, 4.0]], [[6.0, 8.0]])), 4)
    -1.0
    """

    kind = "cosine_similarity"

    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "cosine_similarity",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.axis = axes_or_all("CosineSimilarity", axis)

    def get_config(self) -> Config:
        return {**super().get_config(), "axis": self.axis}


def mean_squared_error(y_true: Any, y_pred: Any) -> ArrayResult:
    """The squared error of each row.

    Args:
        y_true: targets, shape (..., outputs).
        y_pred: predictions, the same shape.

    Returns:
        An array of shape y_pred.shape[:-1].

    >>> mean_squared_error([[0.0, 0.0]], [[1.0, 3.0]]).tolist()
    [5.0]
    """
    return answer(MeanSquaredError().values(y_true, y_pred))


def mean_absolute_error(y_true: Any, y_pred: Any) -> ArrayResult:
    """The absolute error of each row.

    Args:
        y_true: targets, shape (..., outputs).
        y_pred: predictions, the same shape.

    Returns:
        An array of shape y_pred.shape[:-1].

    >>> mean_absolute_error([[0.0, 0.0]], [[1.0, -3.0]]).tolist()
    [2.0]
    """
    return answer(MeanAbsoluteError().values(y_true, y_pred))


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> ArrayResult:
    """The percentage error of each row.

    Args:
        y_true: targets, shape (..., outputs).
        y_pred: predictions, the same shape.

    Returns:
        An array of shape y_pred.shape[:-1].

    >>> mean_absolute_percentage_error([[2.0]], [[1.0]]).tolist()
    [50.0]
    """
    return answer(MeanAbsolutePercentageError().values(y_true, y_pred))


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> ArrayResult:
    """The squared logarithmic error of each row.

    Args:
        y_true: targets, shape (..., outputs).
        y_pred: predictions, the same shape.

    Returns:
        An array of shape y_pred.shape[:-1].

    >>> mean_squared_logarithmic_error([[1.0]], [[1.0]]).tolist()
    [0.0]
    """
    return answer(MeanSquaredLogarithmicError().values(y_true, y_pred))


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> ArrayResult:
    """The Huber loss of each row.

    Args:
        y_true: targets, shape (..., outputs).
        y_pred: predictions, the same shape.
        delta: see `Huber`.

    Returns:
        An array of shape y_pred.shape[:-1].

    >>> huber([[0.0, 0.0]], [[1.0, 3.0]]).tolist()
    [1.5]
    """
    return answer(Huber(delta).values(y_true, y_pred))


def log_cosh(y_true: Any, y_pred: Any) -> ArrayResult:
    """The logarithm of the hyperbolic cosine of the error of each row.

    Args:
        y_true: targets, shape (..., outputs).
        y_pred: predictions, the same shape.

    Returns:
        An array of shape y_pred.shape[:-1].

    >>> log_cosh([[1.0]], [[1.0]]).round(6).tolist()
    [0.0]
    """
    return answer(LogCosh().values(y_true, y_pred))


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> ArrayResult:
    """Minus the cosine similarity of each row.

    Args:
        y_true: targets, shape (..., outputs).
        y_pred: predictions, the same shape.
        axis: the axis or axes of a vector. Defaults to the last.

    Returns:
        An array of y_pred's shape without the axis.

    >>> cosine_similarity([[0.0, 1.0]], [[0.0, 3.0]]).tolist()
    [-1.0]
    """
    return answer(CosineSimilarity(axis).values(y_true, y_pred))
