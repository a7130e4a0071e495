"""Losses of a whole batch as one region: Dice and Tversky. They have one value, not one for each row."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella._types import Array, Config
from lamella.losses.loss import Loss


class _RegionLoss(Loss):
    def __init__(self, name: str, reduction: str | None, axis: Any, dtype: Any) -> None:
        super().__init__(name, reduction, dtype)
        if axis is not None:
            raise ValueError(f"{type(self).__name__}: the argument 'axis' must be None. Received: {axis}")

    def values(self, y_true: Any, y_pred: Any) -> Array:
        """The loss of the batch, an array without axes."""
        return np.asarray(super().values(y_true, y_pred).flat[0])

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Array | float:
        """The loss of arrays; weights multiply it before the reduction, as in Keras."""
        value = self.values(y_true, y_pred)
        if sample_weight is None:
            return float(value)
        weights = np.asarray(sample_weight, dtype=value.dtype)
        if self.reduction in (None, "none"):
            return np.asarray(value * weights)
        if self.reduction == "sum":
            return float(value * weights.sum())
        return float(value) if self.reduction == "mean_with_sample_weight" else float(value * weights.mean())

    def get_config(self) -> Config:
        return {**super().get_config(), **self.attributes(), "axis": None}


class Dice(_RegionLoss):
    """`1 - 2 * sum(y_true * y_pred) / (sum(y_true) + sum(y_pred) + 1e-7)` over the whole batch.

    Args:
        reduction: see `Loss`.
        name: a name.
        axis: must be None.
        dtype: see `Loss`.

    Raises:
        ValueError: for an axis.

    >>> round(Dice()([[1.0, 0.0]], [[0.5, 0.5]]), 4)
    0.5
    """

    kind = "dice"

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "dice",
        axis: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, axis, dtype)


class Tversky(_RegionLoss):
    """`1 - both / (both + alpha * missed + beta * claimed + 1e-7)` over the whole batch.

    `both` is `sum(y_true * y_pred)`, `missed` `sum(y_true * (1 - y_pred))`, `claimed`
    `sum((1 - y_true) * y_pred)`. Source: Salehi et al., "Tversky loss function for image segmentation
    using 3D
    fully convolutional deep networks" (arXiv 1706.05721).

    Args:
        alpha: weight of what is missed. Defaults to 0.5.
        beta: weight of what is claimed wrongly. Defaults to 0.5.
        reduction: see `Loss`.
        name: a name.
        axis: must be None.
        dtype: see `Loss`.

    Raises:
        ValueError: for an axis.

    >>> round(Tversky()([[1.0, 0.0]], [[0.5, 0.5]]), 4)
    0.5
    """

    kind = "tversky"

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str = "tversky",
        axis: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, axis, dtype)
        self.alpha = float(alpha)
        self.beta = float(beta)

    def attributes(self) -> dict[str, Any]:
        return {"alpha": self.alpha, "beta": self.beta}


def dice(y_true: Any, y_pred: Any, axis: Any = None) -> Array:
    """The Dice loss of a batch.

    Args:
        y_true: targets, shape (..., outputs).
        y_pred: predictions, the same shape.
        axis: must be None.

    Returns:
        An array without axes.

    >>> dice([[1.0, 0.0]], [[1.0, 0.0]]).shape
    ()
    """
    return Dice(axis=axis).values(y_true, y_pred)


def tversky(y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Any = None) -> Array:
    """The Tversky loss of a batch.

    Args:
        y_true: targets, shape (..., outputs).
        y_pred: predictions, the same shape.
        alpha, beta: see `Tversky`.
        axis: must be None.

    Returns:
        An array without axes.

    >>> tversky([[1.0, 0.0]], [[1.0, 0.0]]).shape
    ()
    """
    return Tversky(alpha, beta, axis=axis).values(y_true, y_pred)
