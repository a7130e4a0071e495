"""Losses of counts and of distributions: Poisson and Kullback-Leibler."""

from __future__ import annotations

from typing import Any

from lamella.base.results import ArrayResult, answer
from lamella.losses.loss import Loss


class Poisson(Loss):
    """`mean(y_pred - y_true * log(y_pred + 1e-7))` over the last axis of each row.

    Args:
        reduction: see `Loss`.
        name: a name.
        dtype: see `Loss`.

    >>> round(float(Poisson()([[1.0]], [[1.0]])), 4)
    1.0
    """

    kind = "poisson"
    of_elements = True

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str = "poisson", dtype: Any = None
    ) -> None:
        super().__init__(name, reduction, dtype)


class KLDivergence(Loss):
    """`sum(y_true * log(y_true / y_pred))` of each row, both clipped to [1e-7, 1].

    Args:
        reduction: see `Loss`.
        name: a name.
        dtype: see `Loss`.

    >>> round(float(KLDivergence()([[0.5, 0.5]], [[0.25, 0.75]])), 4)
    0.1438
    """

    kind = "kl_divergence"

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str = "kl_divergence", dtype: Any = None
    ) -> None:
        super().__init__(name, reduction, dtype)


def poisson(y_true: Any, y_pred: Any) -> ArrayResult:
    """The Poisson loss of each row.

    Args:
        y_true: targets, shape (..., outputs).
        y_pred: predictions, the same shape.

    Returns:
        An array of shape y_pred.shape[:-1].

    >>> poisson([[0.0]], [[1.0]]).tolist()
    [1.0]
    """
    return answer(Poisson().values(y_true, y_pred))


def kl_divergence(y_true: Any, y_pred: Any) -> ArrayResult:
    """The Kullback-Leibler divergence of each row.

    Args:
        y_true: targets, shape (..., outputs).
        y_pred: predictions, the same shape.

    Returns:
        An array of shape y_pred.shape[:-1].

    >>> kl_divergence([[0.5, 0.5]], [[0.5, 0.5]]).tolist()
    [0.0]
    """
    return answer(KLDivergence().values(y_true, y_pred))
