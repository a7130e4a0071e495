"""What all metrics have in common."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np

from lamella import _core, config
from lamella._types import Array, Config, Spec
from lamella.losses.loss import as_targets
from lamella.registry import constructor_arguments


class Metric:
    """Base class of metrics: the mean, over all rows seen, of a number for each row.

    In `compile` a metric only says what to compute; `fit` and `evaluate` keep their own means. The state
    here serves metrics that are used by themselves.

    Args:
        name: a name, the key in logs and histories.
        dtype: taken for Keras's sake; metrics compute in the type of the predictions.
    """

    kind: ClassVar[str]
    direction: ClassVar[str] = "down"
    """`"up"` when more is better: what `mode="auto"` of callbacks reads."""

    def __init__(self, name: str | None = None, dtype: Any = None) -> None:
        self.name = name or self.kind
        self.dtype = config.standardize_dtype(dtype)
        self.reset_state()

    def attributes(self) -> dict[str, Any]:
        """What the native metric needs to know."""
        return {}

    def spec(self) -> Spec:
        """The native metric and its numbers."""
        return self.kind, self.attributes()

    def values(self, y_true: Any, y_pred: Any) -> Array:
        """The metric of each row: the shape of the predictions without their last axis."""
        true, predicted = as_targets(y_true, y_pred)
        if self.kind.startswith("sparse") and true.ndim == predicted.ndim and true.shape[-1] == 1:
            true = true[..., 0]
        return _core.metric_value(self.spec(), true, predicted)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count these rows in.

        Args:
            y_true: targets.
            y_pred: predictions, shape (..., outputs).
            sample_weight: a weight for each row, or None.
        """
        values = self.values(y_true, y_pred).astype(np.float64)
        weights = np.ones(values.shape)
        if sample_weight is not None:
            given = np.asarray(sample_weight, dtype=np.float64)
            if given.ndim == values.ndim + 1 and given.shape[-1] == 1:
                given = given[..., 0]
            weights *= given.reshape(given.shape + (1,) * (values.ndim - given.ndim))
        self._total += float(np.sum(values * weights))
        self._weight += float(np.sum(weights))

    def result(self) -> float:
        """The mean over the rows seen since the last reset, 0 when there were none."""
        return self._total / self._weight if self._weight else 0.0

    def reset_state(self) -> None:
        """Forget the rows seen."""
        self._total = 0.0
        self._weight = 0.0

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
        """Count these rows in and return the result."""
        self.update_state(y_true, y_pred, sample_weight)
        return self.result()

    def get_config(self) -> Config:
        """The constructor's arguments."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Rebuild from `get_config`'s dictionary or Keras's."""
        return cls(**constructor_arguments(cls, config))
