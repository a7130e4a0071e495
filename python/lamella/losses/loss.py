"""What all losses have in common."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar, Self

import numpy as np

from lamella import _core
from lamella.base import checks, config
from lamella.base.naming import checked_name
from lamella.base.overrides import never_called, refuse_overrides
from lamella.base.registry import constructor_arguments
from lamella.base.results import ArrayResult, NumberResult, answer
from lamella.base.settings import Configured
from lamella.base.types import Array, Config, Spec
from lamella.data.conversion import to_array
from lamella.losses.arrays import (
    along_last,
    as_labels,
    as_predictions,
    as_targets,
    as_weights,
    axes_of,
    shape_without,
)

_REDUCTIONS = ("sum_over_batch_size", "mean", "sum", "mean_with_sample_weight", "none", None)


class Loss(Configured):
    """Base class of losses.

    Args:
        name: a name.
        reduction: how the losses of rows become one number: `"sum_over_batch_size"` (their mean, the default;
            `"mean"` is the same), `"sum"`, `"mean_with_sample_weight"` (their weighted sum over the sum of
            the weights), or `"none"` for no reduction, which works on arrays only.
        dtype: on arrays, losses compute in the wider of this type and that of the predictions; training
            computes in the model's.

    Raises:
        ValueError: for another reduction.
    """

    kind: ClassVar[str]
    of_elements: ClassVar[bool] = False
    """Whether it is the mean of a number for each output."""
    takes_labels: bool = False
    """Whether targets are one class index a row instead of values like the predictions."""
    axis: Any = -1
    """The axes of the predictions that a row runs along."""

    def __init__(
        self, name: str | None = None, reduction: str | None = "sum_over_batch_size", dtype: Any = None
    ) -> None:
        refuse_overrides(type(self), partial(never_called, "losses.Loss"))
        if not hasattr(self, "kind"):
            raise TypeError(f"{type(self).__name__}: {never_called('losses.Loss')['call']}")
        self.name = checked_name(type(self), name) or self.kind
        self.reduction = checks.choice(type(self).__name__, "reduction", reduction, _REDUCTIONS)
        self.dtype = config.standardize_dtype(dtype)

    def attributes(self) -> dict[str, Any]:
        """What the native loss needs to know besides the reduction."""
        return {}

    def spec(self) -> Spec:
        """The native loss and its numbers.

        Raises:
            ValueError: when the reduction does not give one number to train on.
        """
        attributes = {**self.attributes(), **self.axis_of_training()}
        if self.reduction in ("sum", "mean_with_sample_weight"):
            attributes["reduction"] = self.reduction
        elif self.reduction not in ("sum_over_batch_size", "mean"):
            raise ValueError(
                f"Loss '{self.name}': training needs a reduction. Received: reduction={self.reduction!r}"
            )
        return self.kind, attributes

    def look_at(self, output_shape: tuple[int, ...]) -> None:
        """Warn of outputs that the loss makes no sense of."""

    def axis_of_training(self) -> dict[str, Any]:
        """How the native loss is told of its axes, the last one being where there is nothing to tell.

        Raises:
            ValueError: for a loss along all axes.
        """
        if self.axis is None:
            raise ValueError(
                f"Loss '{self.name}': training needs axes of the outputs. Received: axis=None, all of them"
            )
        if self.axis == -1:
            return {}
        return {"axis": [self.axis] if isinstance(self.axis, int) else list(self.axis)}

    def values(self, y_true: Any, y_pred: Any) -> Array:
        """The loss of each row: the shape of the predictions without the axes that rows run along."""
        owner = type(self).__name__
        predicted = as_predictions(y_pred, self.dtype)
        if self.takes_labels:
            axes = axes_of(owner, self.axis, predicted.ndim)
            true = np.atleast_1d(as_labels(owner, y_true, predicted, self.axis))
        else:
            true, predicted = as_targets(owner, y_true, predicted)
            axes = axes_of(owner, self.axis, predicted.ndim)
            true = along_last(true, axes)
        values = _core.loss_values((self.kind, self.attributes()), true, along_last(predicted, axes))
        return values.reshape(shape_without(predicted.shape, axes))

    def with_labels(self, takes_labels: bool) -> Loss:
        """The loss for targets of this kind; only a user's function takes both."""
        return self

    def counted(self, y_true: Any, shape: tuple[int, ...]) -> Array | None:
        """Which of the values count at all, None for all of them."""
        return None

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> ArrayResult | NumberResult:
        """The loss of arrays.

        Args:
            y_true: targets.
            y_pred: predictions, shape (..., outputs).
            sample_weight: a weight for each row, one for each sample, or what broadcasts to the rows.

        Returns:
            One number, or with `reduction="none"` one for each row.
        """
        y_pred = to_array("y_pred", y_pred)
        sample_weight = None if sample_weight is None else to_array("sample_weight", sample_weight)
        single = y_pred.ndim == 1 and np.shape(sample_weight) == y_pred.shape != (1,)
        if self.of_elements and single:
            y_pred = np.expand_dims(y_pred, -1)  # each weight is that of one output
        values = self.values(y_true, y_pred)
        counted = self.counted(y_true, values.shape)
        weights = None
        if sample_weight is not None:
            # One value of the whole batch takes every weight.
            shape = values.shape or (np.shape(sample_weight) if np.size(sample_weight) > 1 else ())
            weights = as_weights(type(self).__name__, sample_weight, shape, values.dtype)
            values = values * weights
            if values.ndim == 1 and np.ndim(sample_weight) == 2:  # as Keras expands them
                values = values[:, np.newaxis]
            if counted is not None:
                weights = weights * counted
        if self.reduction in (None, "none"):
            return answer(values)
        total = float(values.sum(dtype=np.float64))
        if self.reduction == "sum" or values.ndim == 0:
            return NumberResult(total)
        if self.reduction == "mean_with_sample_weight" and weights is not None:
            divisor = float(weights.sum(dtype=np.float64))
        else:
            divisor = float(values.size if counted is None else np.count_nonzero(counted))
        return NumberResult(total / divisor if divisor else 0.0)

    def get_config(self) -> Config:
        """The constructor's arguments."""
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Rebuild from `get_config`'s dictionary or Keras's."""
        return cls(**constructor_arguments(cls, config))
