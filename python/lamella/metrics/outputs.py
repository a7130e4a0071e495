"""Metrics that count every output instead of averaging over rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella.base.types import Array
from lamella.losses.arrays import as_weights
from lamella.metrics.metric import Metric


class OutputMetric(Metric):
    """Base of the metrics whose weights multiply counts: one for each row, or for each output."""

    def batch(self, true: Array, predicted: Array, sample_weight: Any) -> tuple[Array, Array, Array | None]:
        if predicted.ndim == 1:
            true, predicted = true[:, np.newaxis], predicted[:, np.newaxis]
        if sample_weight is None:
            return true, predicted, None
        of_outputs = self.weighs_outputs and np.ndim(sample_weight) == predicted.ndim
        shape = predicted.shape if of_outputs and np.shape(sample_weight)[-1] > 1 else predicted.shape[:-1]
        return true, predicted, as_weights(type(self).__name__, sample_weight, shape, predicted.dtype)
