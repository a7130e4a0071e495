"""Losses of margins: hinges.

Binary targets may be 0 and 1 or -1 and 1; all-0-or-1 batches are taken as -1 and 1."""

from __future__ import annotations

from typing import Any

from lamella.base.results import ArrayResult, answer
from lamella.losses.loss import Loss


class Hinge(Loss):
    """`mean(max(1 - y_true * y_pred, 0))` over the last axis of each row.

    Args:
        reduction: see `Loss`.
        name: a name.
        dtype: see `Loss`.

    >>> float(Hinge()([[1.0, -1.0]], [[0.5, -2.0]]))
    0.25
    """

    kind = "hinge"
    of_elements = True

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str = "hinge", dtype: Any = None
    ) -> None:
        super().__init__(name, reduction, dtype)


class SquaredHinge(Loss):
    """`mean(max(1 - y_true * y_pred, 0) ** 2)` over the last axis of each row.

    Args:
        reduction: see `Loss`.
        name: a name.
        dtype: see `Loss`.

    >>> float(SquaredHinge()([[1.0, -1.0]], [[0.5, -2.0]]))
    0.125
    """

    kind = "squared_hinge"
    of_elements = True

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str = "squared_hinge", dtype: Any = None
    ) -> None:
        super().__init__(name, reduction, dtype)


class CategoricalHinge(Loss):
    """`max(max((1 - y_true) * y_pred) - sum(y_true * y_pred) + 1, 0)` of each row.

    Args:
        reduction: see `Loss`.
        name: a name.
        dtype: see `Loss`.

    >>> float(CategoricalHinge()([[0.0, 1.0]], [[0.5, 1.0]]))
    0.5
    """

    kind = "categorical_hinge"

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)


def hinge(y_true: Any, y_pred: Any) -> ArrayResult:
    """The hinge loss of each row.

    Args:
        y_true: targets, shape (..., outputs).
        y_pred: predictions, the same shape.

    Returns:
        An array of shape y_pred.shape[:-1].

    >>> hinge([[1.0]], [[0.5]]).tolist()
    [0.5]
    """
    return answer(Hinge().values(y_true, y_pred))


def squared_hinge(y_true: Any, y_pred: Any) -> ArrayResult:
    """The squared hinge loss of each row.

    Args:
        y_true: targets, shape (..., outputs).
        y_pred: predictions, the same shape.

    Returns:
        An array of shape y_pred.shape[:-1].

    >>> squared_hinge([[1.0]], [[0.5]]).tolist()
    [0.25]
    """
    return answer(SquaredHinge().values(y_true, y_pred))


def categorical_hinge(y_true: Any, y_pred: Any) -> ArrayResult:
    """The categorical hinge loss of each row.

    Args:
        y_true: targets, shape (..., outputs).
        y_pred: predictions, the same shape.

    Returns:
        An array of shape y_pred.shape[:-1].

    >>> categorical_hinge([[0.0, 1.0]], [[0.5, 1.0]]).tolist()
    [0.5]
    """
    return answer(CategoricalHinge().values(y_true, y_pred))
