"""Metrics of predictions against thresholds: counts, precision, recall and areas under curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lamella._types import Config
from lamella.metrics.metric import Metric

_UNDER_ANY_PREDICTION = -1e10  # the threshold where top_k alone decides
_MAX_THRESHOLDS = 100_000


def _evenly_spaced(thresholds: Sequence[float]) -> bool:
    """Keras's rule for counting by buckets."""
    count = len(thresholds)
    return count > 2 and bool(np.allclose(thresholds, np.arange(count) / (count - 1), atol=1e-7))


class _ThresholdMetric(Metric):
    def __init__(self, thresholds: Any, name: str | None, dtype: Any, default: float = 0.5) -> None:
        super().__init__(dtype, name)
        given = [default] if thresholds is None else np.atleast_1d(thresholds).tolist()
        if thresholds is not None and not all(0.0 <= threshold <= 1.0 for threshold in given):
            raise ValueError(
                f"{type(self).__name__}: 'thresholds' must be between 0 and 1. Received: {thresholds}"
            )
        self.init_thresholds = thresholds
        self.thresholds: list[float] = given

    def attributes(self) -> dict[str, Any]:
        return {"thresholds": self.thresholds, "even": _evenly_spaced(self.thresholds)}

    def get_config(self) -> Config:
        return {**super().get_config(), "thresholds": self.init_thresholds}


class _Count(_ThresholdMetric):
    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(thresholds, name, dtype)


class TruePositives(_Count):
    """How many positives are predicted as such; an array where there are several thresholds.

    >>> TruePositives()([[1], [1], [0]], [[0.9], [0.2], [0.8]])
    1.0
    """

    kind = "true_positives"
    direction = "up"


class FalsePositives(_Count):
    """How many negatives are predicted as positive; an array where there are several thresholds.

    >>> FalsePositives()([[1], [1], [0]], [[0.9], [0.2], [0.8]])
    1.0
    """

    kind = "false_positives"


class TrueNegatives(_Count):
    """How many negatives are predicted as such; an array where there are several thresholds.

    >>> TrueNegatives()([[1], [1], [0]], [[0.9], [0.2], [0.8]])
    0.0
    """

    kind = "true_negatives"
    direction = "up"


class FalseNegatives(_Count):
    """How many positives are predicted as negative; an array where there are several thresholds.

    >>> FalseNegatives()([[1], [1], [0]], [[0.9], [0.2], [0.8]])
    1.0
    """

    kind = "false_negatives"


class _Share(_ThresholdMetric):
    direction = "up"

    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(thresholds, name, dtype, 0.5 if top_k is None else _UNDER_ANY_PREDICTION)
        self.top_k = top_k
        self.class_id = class_id

    def attributes(self) -> dict[str, Any]:
        attributes = super().attributes()
        if self.top_k is not None:
            attributes["top_k"] = self.top_k
        if self.class_id is not None:
            attributes["class_id"] = self.class_id
        return attributes

    def get_config(self) -> Config:
        return {**super().get_config(), "top_k": self.top_k, "class_id": self.class_id}


class Precision(_Share):
    """The share of predicted positives that are positive.

    Args:
        thresholds: predictions above it are positive; with several the result is an array. Defaults to 0.5.
        top_k: only the k largest outputs of a row can be positive.
        class_id: only this output counts.
        name: a name.
        dtype: see `Metric`.

    Raises:
        ValueError: for a threshold outside [0, 1].

    >>> Precision()([[1], [1], [0]], [[0.9], [0.2], [0.8]])
    0.5
    """

    kind = "precision"


class Recall(_Share):
    """The share of positives that are predicted as such; arguments as of `Precision`.

    >>> Recall()([[1], [1], [0]], [[0.9], [0.2], [0.8]])
    0.5
    """

    kind = "recall"


class AUC(Metric):
    """The area under a curve, from counts at thresholds.

    Args:
        num_thresholds: how many thresholds, evenly spaced. Defaults to 200.
        curve: `"ROC"` (the default), `"PR"` or `"PRGAIN"`.
        summation_method: `"interpolation"` (the default), `"minoring"` or `"majoring"`.
        name: a name.
        dtype: see `Metric`.
        thresholds: thresholds within (0, 1) instead of evenly spaced ones.
        multi_label: whether every output is a label with a curve of its own. Defaults to False.
        num_labels: taken for Keras's sake.
        label_weights: a weight for each output.
        from_logits: whether predictions are logits. Defaults to False.

    Raises:
        ValueError: for another curve or summation, fewer than 2 thresholds, or more than 100,000.

    >>> round(AUC()([[0], [0], [1], [1]], [[0.0], [0.5], [0.3], [0.9]]), 4)
    0.75
    """

    kind = "auc"
    direction = "up"

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Sequence[float] | None = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Sequence[float] | None = None,
        from_logits: bool = False,
    ) -> None:
        super().__init__(dtype, name)
        if str(curve).upper() not in ("ROC", "PR", "PRGAIN"):
            raise ValueError(f"AUC: 'curve' must be 'ROC', 'PR' or 'PRGAIN'. Received: {curve!r}")
        if str(summation_method).lower() not in ("interpolation", "minoring", "majoring"):
            raise ValueError(
                "AUC: 'summation_method' must be 'interpolation', 'minoring' or 'majoring'. "
                f"Received: {summation_method!r}"
            )
        if thresholds is not None:
            num_thresholds = len(thresholds) + 2
        if not isinstance(num_thresholds, (int, np.integer)) or not 2 <= num_thresholds <= _MAX_THRESHOLDS:
            raise ValueError(
                f"AUC: 'num_thresholds' must be an integer from 2 to {_MAX_THRESHOLDS}. "
                f"Received: {num_thresholds!r}"
            )
        self.num_thresholds = int(num_thresholds)
        self.init_thresholds = None if thresholds is None else sorted(thresholds)
        self.curve = str(curve).upper()
        self.summation_method = str(summation_method).lower()
        self.multi_label = bool(multi_label)
        self.num_labels = num_labels
        self.label_weights = None if label_weights is None else [float(w) for w in label_weights]
        self.from_logits = bool(from_logits)

    @property
    def thresholds(self) -> list[float]:
        """All thresholds, in order; made when asked for, as a config of a few bytes may say very many."""
        inner = self.init_thresholds
        if inner is None:
            inner = [i / (self.num_thresholds - 1) for i in range(1, self.num_thresholds - 1)]
        return [-1e-7, *inner, 1.0 + 1e-7]

    def attributes(self) -> dict[str, Any]:
        given = self.init_thresholds
        attributes: dict[str, Any] = {
            "thresholds": self.thresholds,
            "even": given is None or _evenly_spaced([0.0, *given, 1.0]),
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "from_logits": self.from_logits,
        }
        if self.label_weights is not None:
            attributes["label_weights"] = self.label_weights
        return attributes

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": self.label_weights,
            "from_logits": self.from_logits,
            **({} if self.init_thresholds is None else {"thresholds": self.init_thresholds}),
        }
