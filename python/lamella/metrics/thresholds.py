"""Metrics of predictions against thresholds: counts, precision, recall and areas under curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lamella.base import checks
from lamella.base.settings import settings_changed
from lamella.base.types import Array, Config
from lamella.metrics.outputs import OutputMetric

_UNDER_ANY_PREDICTION = -1e10  # the threshold where top_k alone decides
_MAX_THRESHOLDS = 100_000


def _evenly_spaced(thresholds: Sequence[float]) -> bool:
    """Keras's rule for counting by buckets."""
    count = len(thresholds)
    return count > 2 and bool(np.allclose(thresholds, np.arange(count) / (count - 1), atol=1e-7))


def _checked_thresholds(owner: str, thresholds: Any) -> list[float]:
    """Thresholds from 0 to 1, one or several."""
    if isinstance(thresholds, np.ndarray):
        thresholds = thresholds.tolist()
    given = list(thresholds) if isinstance(thresholds, (list, tuple, range)) else [thresholds]
    if given == [_UNDER_ANY_PREDICTION]:  # what top_k set, handed on where another setting is changed
        return given
    return [checks.number(owner, "thresholds", threshold, least=0, most=1) for threshold in given]


class _ThresholdMetric(OutputMetric):
    weighs_outputs = True

    def __init__(self, thresholds: Any, name: str | None, dtype: Any, default: float = 0.5) -> None:
        super().__init__(dtype, name)
        given = [default] if thresholds is None else _checked_thresholds(type(self).__name__, thresholds)
        if not given:
            raise checks.refusal(
                type(self).__name__, "thresholds", "one or more numbers from 0 to 1", thresholds
            )
        self.init_thresholds = thresholds.tolist() if isinstance(thresholds, np.ndarray) else thresholds
        self.thresholds: list[float] = given
        self._first = given

    def attributes(self) -> dict[str, Any]:
        return {"thresholds": self.thresholds, "even": _evenly_spaced(self.thresholds)}

    def get_config(self) -> Config:
        unchanged = self.thresholds == self._first
        return {**super().get_config(), "thresholds": self.init_thresholds if unchanged else self.thresholds}


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
        class_id: Any = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(thresholds, name, dtype, 0.5 if top_k is None else _UNDER_ANY_PREDICTION)
        owner = type(self).__name__
        self.top_k = None if top_k is None else checks.integer(owner, "top_k", top_k, least=1)
        self.class_id = class_id

    def attributes(self) -> dict[str, Any]:
        attributes = super().attributes()
        if self.top_k is not None:
            attributes["top_k"] = self.top_k
        if self.class_id is not None:
            attributes["class_id"] = checks.integer(type(self).__name__, "class_id", self.class_id, least=0)
        return attributes

    def batch(self, true: Array, predicted: Array, sample_weight: Any) -> tuple[Array, Array, Array | None]:
        if predicted.ndim == 1 and self.class_id is not None:
            raise ValueError(
                f"{type(self).__name__}: with 'class_id', 'y_pred' must have an axis of classes behind that "
                f"of rows. Received: y_pred of shape {predicted.shape}"
            )
        if predicted.ndim == 1 and self.top_k is not None:  # one row, as in Keras
            weights = sample_weight if np.ndim(sample_weight) == 0 else np.asarray(sample_weight)[np.newaxis]
            return super().batch(true[np.newaxis], predicted[np.newaxis], weights)
        return super().batch(true, predicted, sample_weight)

    def get_config(self) -> Config:
        return {**super().get_config(), "top_k": self.top_k, "class_id": self.class_id}


class Precision(_Share):
    """The share of predicted positives that are positive.

    Args:
        thresholds: predictions above it are positive; with several the result is an array. Defaults to 0.5.
        top_k: only the k largest outputs of a row can be positive.
        class_id: only this output counts, from 0; looked at where the outputs are known.
        name: a name.
        dtype: see `Metric`.

    Raises:
        ValueError: for a threshold outside [0, 1], a `top_k` that is not positive; where the outputs are
            known, for a `top_k` or `class_id` beyond them.

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


class AUC(OutputMetric):
    """The area under a curve, from counts at thresholds.

    Args:
        num_thresholds: how many thresholds, evenly spaced. Defaults to 200.
        curve: `"ROC"` (the default), `"PR"` or `"PRGAIN"`.
        summation_method: `"interpolation"` (the default), `"minoring"` or `"majoring"`.
        name: a name.
        dtype: see `Metric`.
        thresholds: thresholds within (0, 1) instead of evenly spaced ones.
        multi_label: whether every output is a label with a curve of its own. Defaults to False.
        num_labels: how many labels there are, with `multi_label`; by default as many as outputs.
        label_weights: a weight for each output.
        from_logits: whether predictions are logits. Defaults to False.

    Targets other than 0 count as positive.

    Raises:
        ValueError: for another curve or summation, fewer than 2 thresholds, or more than 100,000, thresholds
            outside [0, 1], and as many labels or weights of labels as there are not outputs.

    >>> round(AUC()([[0], [0], [1], [1]], [[0.0], [0.5], [0.3], [0.9]]), 4)
    0.75
    """

    kind = "auc"
    direction = "up"
    weighs_outputs = True

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
        curve = curve.upper() if isinstance(curve, str) else curve
        summation_method = summation_method.lower() if isinstance(summation_method, str) else summation_method
        self.curve = checks.choice("AUC", "curve", curve, ("ROC", "PR", "PRGAIN"))
        self.summation_method = checks.choice(
            "AUC", "summation_method", summation_method, ("interpolation", "minoring", "majoring")
        )
        self.init_thresholds = None if thresholds is None else sorted(_checked_thresholds("AUC", thresholds))
        count = num_thresholds if self.init_thresholds is None else len(self.init_thresholds) + 2
        self.num_thresholds = checks.integer("AUC", "num_thresholds", count, least=2, most=_MAX_THRESHOLDS)
        self.multi_label = checks.flag("AUC", "multi_label", multi_label)
        if num_labels is not None and not self.multi_label:
            raise checks.refusal("AUC", "num_labels", "None unless 'multi_label' is True", num_labels)
        self.num_labels = None if num_labels is None else checks.integer("AUC", "num_labels", num_labels, 1)
        weights = [] if label_weights is None else np.ravel(label_weights).tolist()
        checked = [checks.number("AUC", "label_weights", weight) for weight in weights]
        self.label_weights = None if label_weights is None else checked
        self.from_logits = checks.flag("AUC", "from_logits", from_logits)

    def batch(self, true: Array, predicted: Array, sample_weight: Any) -> tuple[Array, Array, Array | None]:
        if self.multi_label and predicted.ndim < 2:
            raise ValueError(
                "AUC: with 'multi_label', 'y_pred' must have an axis of labels behind that of rows. "
                f"Received: y_pred of shape {predicted.shape}"
            )
        return super().batch(true, predicted, sample_weight)

    @property
    def thresholds(self) -> list[float]:
        """All thresholds, in order; made when asked for, as a config of a few bytes may say very many."""
        inner = self.init_thresholds
        if inner is None:
            inner = [i / (self.num_thresholds - 1) for i in range(1, self.num_thresholds - 1)]
        return [-1e-7, *inner, 1.0 + 1e-7]

    @thresholds.setter
    def thresholds(self, thresholds: Any) -> None:
        changed = AUC(thresholds=thresholds)
        self.init_thresholds = changed.init_thresholds
        object.__setattr__(self, "num_thresholds", changed.num_thresholds)
        self.reset_state()
        settings_changed()

    def check_change(self, name: str, changed: Any) -> None:
        if name == "num_thresholds" and self.init_thresholds is not None:
            raise ValueError(
                "AUC: 'num_thresholds' follows from the 'thresholds' that were given: change those"
            )

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
        if self.num_labels is not None:
            attributes["num_labels"] = self.num_labels
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
