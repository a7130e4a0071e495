"""Losses of a whole batch, or of all outputs along some axes, as one region: Dice and Tversky."""

from __future__ import annotations

from typing import Any

from lamella.base import checks
from lamella.base.results import ArrayResult, answer
from lamella.base.types import Config
from lamella.losses.arrays import axes_or_all
from lamella.losses.loss import Loss


class _RegionLoss(Loss):
    def __init__(self, name: str, reduction: str | None, axis: Any, dtype: Any) -> None:
        super().__init__(name, reduction, dtype)
        self.axis = axes_or_all(type(self).__name__, axis)

    def attributes(self) -> dict[str, Any]:
        return {"extent": "row"}  # on arrays, a region is a row along its axes

    def axis_of_training(self) -> dict[str, Any]:
        if self.axis is None:
            return {"extent": "batch"}
        told = super().axis_of_training()
        return {"axis": [-1], **told, "extent": "position" if 0 in told.get("axis", ()) else "row"}

    def get_config(self) -> Config:
        return {**super().get_config(), "axis": self.axis}


class Dice(_RegionLoss):
    """`1 - 2 * sum(y_true * y_pred) / (sum(y_true) + sum(y_pred) + 1e-7)`, by default over the whole batch.

    Args:
        reduction: see `Loss`.
        name: a name.
        axis: the axis or axes of one region, the batch axis being 0. Defaults to None, all of them.
        dtype: see `Loss`.

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
    """`1 - both / (both + alpha * missed + beta * claimed + 1e-7)`, by default over the whole batch.

    `both` is `sum(y_true * y_pred)`, `missed` `sum(y_true * (1 - y_pred))`, `claimed`
    `sum((1 - y_true) * y_pred)`. Source: Salehi et al., "Tversky loss function for image segmentation
    using 3D
    fully convolutional deep networks" (arXiv 1706.05721).

    Args:
        alpha: weight of what is missed. Defaults to 0.5.
        beta: weight of what is claimed wrongly. Defaults to 0.5.
        reduction: see `Loss`.
        name: a name.
        axis: the axis or axes of one region, the batch axis being 0. Defaults to None, all of them.
        dtype: see `Loss`.

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
        self.alpha = checks.number("Tversky", "alpha", alpha)
        self.beta = checks.number("Tversky", "beta", beta)

    def attributes(self) -> dict[str, Any]:
        return {**super().attributes(), "alpha": self.alpha, "beta": self.beta}

    def get_config(self) -> Config:
        return {**super().get_config(), "alpha": self.alpha, "beta": self.beta}


def dice(y_true: Any, y_pred: Any, axis: Any = None) -> ArrayResult:
    """The Dice loss of a batch, or of the regions in it.

    Args:
        y_true: targets, shape (..., outputs).
        y_pred: predictions, the same shape.
        axis: the axis or axes of one region. Defaults to None, all of them.

    Returns:
        An array of y_pred's shape without the axes of a region: without any by default.

    >>> dice([[1.0, 0.0]], [[1.0, 0.0]]).shape
    ()
    """
    return answer(Dice(axis=axis).values(y_true, y_pred))


def tversky(y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Any = None) -> ArrayResult:
    """The Tversky loss of a batch, or of the regions in it.

    Args:
        y_true: targets, shape (..., outputs).
        y_pred: predictions, the same shape.
        alpha, beta: see `Tversky`.
        axis: the axis or axes of one region. Defaults to None, all of them.

    Returns:
        An array of y_pred's shape without the axes of a region: without any by default.

    >>> tversky([[1.0, 0.0]], [[1.0, 0.0]]).shape
    ()
    """
    return answer(Tversky(alpha, beta, axis=axis).values(y_true, y_pred))
