"""Sums and means of numbers that are not computed by a metric of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np

from lamella import custom_objects
from lamella._types import Array, Config
from lamella.metrics.metric import Metric


def _weighted(values: Any, sample_weight: Any) -> tuple[Array, Array]:
    """Values, and a weight for each of them."""
    numbers = np.asarray(values, dtype=np.float64)
    weights = np.asarray(1.0 if sample_weight is None else sample_weight, dtype=np.float64)
    if weights.ndim == numbers.ndim + 1 and weights.shape[-1] == 1:
        weights = weights[..., 0]
    weights = weights.reshape(weights.shape + (1,) * (numbers.ndim - weights.ndim))
    return numbers, np.broadcast_to(weights, numbers.shape)


class Sum(Metric):
    """The weighted sum of values; used by itself: `update_state(values, sample_weight=None)`.

    >>> Sum()([1, 3, 5, 7])
    16.0
    """

    def __init__(self, name: str = "sum", dtype: Any = None) -> None:
        super().__init__(dtype, name)

    def update_state(self, values: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        numbers, weights = _weighted(values, sample_weight)
        self._total += float((numbers * weights).sum())

    def result(self) -> float:
        return self._total

    def reset_state(self) -> None:
        self._total = 0.0

    def __call__(self, values: Any, sample_weight: Any = None) -> float:  # type: ignore[override]
        self.update_state(values, sample_weight)
        return self.result()


class Mean(Sum):
    """The weighted mean of values; used by itself: `update_state(values, sample_weight=None)`.

    >>> Mean()([1, 3, 5, 7])
    4.0
    """

    def __init__(self, name: str = "mean", dtype: Any = None) -> None:
        super().__init__(name, dtype)

    def update_state(self, values: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        super().update_state(values, sample_weight)
        self._weight += float(_weighted(values, sample_weight)[1].sum())

    def result(self) -> float:
        return self._total / self._weight if self._weight else 0.0

    def reset_state(self) -> None:
        super().reset_state()
        self._weight = 0.0


class MeanMetricWrapper(Metric):
    """The mean of a Python function of targets and predictions, also in `fit`.

    Args:
        fn: a function `fn(y_true, y_pred, **kwargs)` that returns a number for each row.
        name: a name.
        dtype: see `Metric`.
        **kwargs: further arguments of the function.

    >>> MeanMetricWrapper(lambda y_true, y_pred: abs(y_true - y_pred)[..., 0])([[1.0]], [[3.0]])
    2.0
    """

    def __init__(
        self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any
    ) -> None:
        self._fn = fn
        self._arguments = kwargs
        self._mean = Mean()
        super().__init__(dtype, name or getattr(fn, "__name__", None))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        true, predicted = self.targets(y_true, y_pred)
        self._mean.update_state(self._fn(true, predicted, **self._arguments), sample_weight)

    def result(self) -> float:
        return self._mean.result()

    def reset_state(self) -> None:
        self._mean.reset_state()

    def get_config(self) -> Config:
        return {**super().get_config(), "fn": custom_objects.describe_function(self._fn), **self._arguments}

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Rebuild from `get_config`'s dictionary; the function is one of the custom objects."""
        return cls(**{**config, "fn": custom_objects.find_function(config.get("fn"), "metric")})
