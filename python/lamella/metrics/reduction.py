"""Sums and means of numbers that are not computed by a metric of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np

from lamella.base import checks, custom_objects
from lamella.base.registry import config_entries
from lamella.base.results import NumberResult
from lamella.base.types import Config
from lamella.data.conversion import to_array
from lamella.losses.arrays import as_predictions, as_weights
from lamella.metrics.metric import Metric


def _sums(owner: str, values: Any, sample_weight: Any) -> tuple[float, float, int]:
    """The weighted sum of values, the sum of their weights, and how many values count as one.

    As in Keras, a sample counts alike however many values it has, and a single weight is that of the batch.
    """
    numbers = to_array("values", values).astype(np.float64, copy=False)
    of_a_sample = numbers.size // max(len(numbers), 1) if numbers.ndim else 1
    if sample_weight is None:
        return float(numbers.sum()), float(numbers.size), max(of_a_sample, 1)
    weights = as_weights(owner, sample_weight, numbers.shape or np.shape(sample_weight), np.float64)
    as_one = of_a_sample if np.ndim(sample_weight) else numbers.size
    return float((numbers * weights).sum()), float(weights.sum()), max(as_one, 1)


class Sum(Metric):
    """The weighted sum of values; used by itself: `update_state(values, sample_weight=None)`.

    >>> Sum()([1, 3, 5, 7])
    16.0
    """

    def __init__(self, name: str = "sum", dtype: Any = None) -> None:
        super().__init__(dtype, name)

    def update_state(self, values: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        self._total += _sums("Sum", values, sample_weight)[0]

    def result(self) -> NumberResult:
        return NumberResult(self._total)

    def reset_state(self) -> None:
        self._total = 0.0

    def __call__(self, values: Any, sample_weight: Any = None) -> NumberResult:  # type: ignore[override]
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
        total, weight, as_one = _sums("Mean", values, sample_weight)
        self._total += total / as_one
        self._weight += weight / as_one

    def result(self) -> NumberResult:
        return NumberResult(self._total / self._weight if self._weight else 0.0)

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
        if not callable(fn):
            raise checks.refusal("MeanMetricWrapper", "fn", "a function of y_true and y_pred", fn)
        self._fn = fn
        self._arguments = kwargs
        self._mean = Mean()
        super().__init__(dtype, getattr(fn, "__name__", None) if name is None else name)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        predicted = as_predictions(y_pred, self.dtype)
        true = to_array("y_true", y_true)
        if true.ndim == predicted.ndim - 1 and predicted.shape[-1] == 1:
            true = true[..., np.newaxis]
        self._mean.update_state(self._fn(true, predicted, **self._arguments), sample_weight)

    def result(self) -> NumberResult:
        return self._mean.result()

    def reset_state(self) -> None:
        self._mean.reset_state()

    def get_config(self) -> Config:
        return {**super().get_config(), "fn": custom_objects.describe_function(self._fn), **self._arguments}

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Rebuild from `get_config`'s dictionary; the function is one of the custom objects."""
        entries = config_entries(cls, config)
        return cls(**{**entries, "fn": custom_objects.find_function(entries.get("fn"), "metric")})
