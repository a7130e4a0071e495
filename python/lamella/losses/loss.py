"""What all losses have in common."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np

from lamella import _core, config, overrides
from lamella._types import Array, Config, Spec
from lamella.data.conversion import to_array
from lamella.overrides import refuse_overrides
from lamella.registry import constructor_arguments
from lamella.settings import Configured

_REDUCTIONS = ("sum_over_batch_size", "mean", "sum", "mean_with_sample_weight", "none", None)


def as_targets(y_true: Any, y_pred: Any) -> tuple[Array, Array]:
    """Targets and predictions as arrays of floating predictions and, where it was left out, the last axis."""
    predicted = to_array("y_pred", y_pred)
    if predicted.dtype.name not in ("float32", "float64"):
        predicted = predicted.astype(config.floatx())
    true = to_array("y_true", y_true)
    if true.ndim == predicted.ndim - 1 and predicted.shape[-1] == 1:
        true = true[..., np.newaxis]
    return true, predicted


def drop_last_one(y_true: Any, y_pred: Any) -> Array:
    """Class indices without a last axis of length one."""
    labels = np.asarray(y_true)
    return labels[..., 0] if labels.ndim == np.ndim(y_pred) and labels.shape[-1] == 1 else labels


class Loss(Configured):
    """Base class of losses.

    Args:
        name: a name.
        reduction: how the losses of rows become one number: `"sum_over_batch_size"` (their mean, the default;
            `"mean"` is the same), `"sum"`, `"mean_with_sample_weight"` (their weighted sum over the sum of
            the
            weights), or `"none"` for no reduction, which works on arrays only.
        dtype: taken for Keras's sake; losses compute in the type of the predictions.

    Raises:
        ValueError: for another reduction.
    """

    kind: ClassVar[str]
    takes_labels: bool = False
    """Whether targets are one class index a row instead of values like the predictions."""

    def __init__(
        self, name: str | None = None, reduction: str | None = "sum_over_batch_size", dtype: Any = None
    ) -> None:
        refuse_overrides(type(self), overrides.OF_LOSSES)
        if not hasattr(self, "kind"):
            raise TypeError(f"{type(self).__name__}: {overrides.OF_LOSSES['call']}")
        if reduction not in _REDUCTIONS:
            raise ValueError(
                f"{type(self).__name__}: 'reduction' must be one of {_REDUCTIONS}. Received: {reduction!r}"
            )
        self.name = name or self.kind
        self.reduction = reduction
        self.dtype = config.standardize_dtype(dtype)

    def attributes(self) -> dict[str, Any]:
        """What the native loss needs to know besides the reduction."""
        return {}

    def spec(self) -> Spec:
        """The native loss and its numbers.

        Raises:
            ValueError: when the reduction does not give one number to train on.
        """
        attributes = self.attributes()
        if self.reduction in ("sum", "mean_with_sample_weight"):
            attributes["reduction"] = self.reduction
        elif self.reduction not in ("sum_over_batch_size", "mean"):
            raise ValueError(
                f"Loss '{self.name}': training needs a reduction. Received: reduction={self.reduction!r}"
            )
        return self.kind, attributes

    def values(self, y_true: Any, y_pred: Any) -> Array:
        """The loss of each row: the shape of the predictions without their last axis."""
        true, predicted = as_targets(y_true, y_pred)
        return _core.loss_values((self.kind, self.attributes()), true, predicted)

    def with_labels(self, takes_labels: bool) -> Loss:
        """The loss for targets of this kind; only a user's function takes both."""
        return self

    def counted(self, y_true: Any) -> Array | None:
        """Which rows count at all, None for all of them."""
        return None

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Array | float:
        """The loss of arrays.

        Args:
            y_true: targets.
            y_pred: predictions, shape (..., outputs).
            sample_weight: a weight for each row, or None.

        Returns:
            One number, or with `reduction="none"` one for each row.
        """
        values = self.values(y_true, y_pred)
        weights = None
        if sample_weight is not None:
            weights = np.asarray(sample_weight, dtype=values.dtype)
            if weights.ndim == values.ndim + 1 and weights.shape[-1] == 1:
                weights = weights[..., 0]
            weights = weights.reshape(weights.shape + (1,) * (values.ndim - weights.ndim))
            values = values * weights
        if self.reduction in (None, "none"):
            return values
        if self.reduction == "sum":
            return float(values.sum())
        if self.reduction == "mean_with_sample_weight" and weights is not None:
            total = float(np.broadcast_to(weights, values.shape).sum())
            return float(values.sum()) / total if total else 0.0
        counted = self.counted(y_true)
        rows = values.size if counted is None else int(np.count_nonzero(counted))
        return float(values.sum()) / max(rows, 1)

    def get_config(self) -> Config:
        """The constructor's arguments."""
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Rebuild from `get_config`'s dictionary or Keras's."""
        return cls(**constructor_arguments(cls, config))
