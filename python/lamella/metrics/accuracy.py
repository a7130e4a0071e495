"""Accuracies: the share of rows, or of outputs, that are right."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella.base import checks
from lamella.base.results import ArrayResult, answer
from lamella.base.types import Array, Config
from lamella.metrics.metric import Metric
from lamella.metrics.reduction import Mean


class BinaryAccuracy(Metric):
    """The share of outputs on the right side of the threshold.

    Args:
        name: a name.
        dtype: see `Metric`.
        threshold: predictions above it count as 1. Defaults to 0.5.

    >>> BinaryAccuracy()([[1], [0]], [[0.7], [0.6]])
    0.5
    """

    kind = "binary_accuracy"
    direction = "up"
    weighs_outputs = True

    def __init__(self, name: str = "binary_accuracy", dtype: Any = None, threshold: float = 0.5) -> None:
        super().__init__(dtype, name)
        self.threshold = checks.number("BinaryAccuracy", "threshold", threshold)

    def attributes(self) -> dict[str, Any]:
        return {"threshold": self.threshold}

    def get_config(self) -> Config:
        return {**super().get_config(), "threshold": self.threshold}


class CategoricalAccuracy(Metric):
    """The share of rows whose largest output is the class of a one-hot target.

    >>> CategoricalAccuracy()([[0, 1], [1, 0]], [[0.4, 0.6], [0.4, 0.6]])
    0.5
    """

    kind = "categorical_accuracy"
    direction = "up"

    def __init__(self, name: str = "categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(dtype, name)


class SparseCategoricalAccuracy(Metric):
    """The share of rows whose largest output is the class of an integer target.

    >>> SparseCategoricalAccuracy()([1, 0], [[0.4, 0.6], [0.4, 0.6]])
    0.5
    """

    kind = "sparse_categorical_accuracy"
    takes_labels = True
    direction = "up"

    def __init__(self, name: str = "sparse_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(dtype, name)


class Accuracy(Metric):
    """The share of outputs that equal their targets.

    >>> Accuracy()([[1], [2]], [[1], [3]])
    0.5
    """

    kind = "accuracy"
    direction = "up"
    weighs_outputs = True

    def __init__(self, name: str = "accuracy", dtype: Any = None) -> None:
        super().__init__(dtype, name)


class TopKCategoricalAccuracy(Metric):
    """The share of rows where the class of a one-hot target is among the k largest outputs.

    Args:
        k: how many of the largest outputs count. Defaults to 5.
        name: a name.
        dtype: see `Metric`.

    Raises:
        ValueError: for a k below 1.

    >>> TopKCategoricalAccuracy(k=2)([[0, 1, 0]], [[0.5, 0.3, 0.2]])
    1.0
    """

    kind = "top_k_categorical_accuracy"
    direction = "up"

    def __init__(self, k: int = 5, name: str = "top_k_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(dtype, name)
        self.k = checks.integer("TopKCategoricalAccuracy", "k", k, least=1)

    def attributes(self) -> dict[str, Any]:
        return {"k": self.k}

    def get_config(self) -> Config:
        return {**super().get_config(), "k": self.k}


class SparseTopKCategoricalAccuracy(Metric):
    """The share of rows where an integer target is among the k largest outputs.

    Args:
        k: how many of the largest outputs count. Defaults to 5.
        name: a name.
        dtype: see `Metric`.
        from_sorted_ids: whether predictions are ids of classes, the likeliest first, instead of a score for
            each class. Defaults to False.

    Raises:
        ValueError: for a k below 1.

    >>> SparseTopKCategoricalAccuracy(k=2)([1], [[0.5, 0.3, 0.2]])
    1.0
    """

    kind = "sparse_top_k_categorical_accuracy"
    direction = "up"
    takes_labels = True

    def __init__(
        self,
        k: int = 5,
        name: str = "sparse_top_k_categorical_accuracy",
        dtype: Any = None,
        from_sorted_ids: bool = False,
    ) -> None:
        owner = "SparseTopKCategoricalAccuracy"
        self._of_ids = Mean()
        self.k = checks.integer(owner, "k", k, least=1)
        self.from_sorted_ids = checks.flag(owner, "from_sorted_ids", from_sorted_ids)
        super().__init__(dtype, name)

    def attributes(self) -> dict[str, Any]:
        return {"k": self.k}

    @property
    def runs_in_python(self) -> bool:
        return self.from_sorted_ids or super().runs_in_python

    def values(self, y_true: Any, y_pred: Any) -> Array:
        if not self.from_sorted_ids:
            return super().values(y_true, y_pred)
        labels, ids = self.targets(y_true, y_pred)
        return np.asarray((labels[..., np.newaxis] == ids[..., : self.k]).any(axis=-1), ids.dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        if not self.from_sorted_ids:
            return super().update_state(y_true, y_pred, sample_weight)
        self._of_ids.update_state(self.values(y_true, y_pred), sample_weight)

    def result(self) -> Any:
        return self._of_ids.result() if self.from_sorted_ids else super().result()

    def reset_state(self) -> None:
        super().reset_state()
        self._of_ids.reset_state()

    def get_config(self) -> Config:
        config = {**super().get_config(), "k": self.k}
        return {**config, "from_sorted_ids": True} if self.from_sorted_ids else config


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> ArrayResult:
    """1 for each output on the right side of the threshold, else 0.

    Args:
        y_true: targets, shape (..., outputs).
        y_pred: predictions, the same shape.
        threshold: predictions above it count as 1. Defaults to 0.5.

    Returns:
        An array of y_pred's shape.

    >>> binary_accuracy([[1, 1]], [[0.7, 0.2]]).tolist()
    [[1.0, 0.0]]
    """
    metric = BinaryAccuracy(threshold=threshold)
    true, predicted = metric.targets(y_true, y_pred)
    return answer(np.asarray(true == (predicted > metric.threshold), predicted.dtype))


def categorical_accuracy(y_true: Any, y_pred: Any) -> ArrayResult:
    """1 for each row whose largest output is the target's, else 0.

    Args:
        y_true: one-hot targets, shape (..., classes).
        y_pred: predictions, the same shape.

    Returns:
        An array of shape y_pred.shape[:-1].

    >>> categorical_accuracy([[0, 1]], [[0.4, 0.6]]).tolist()
    [1.0]
    """
    return answer(CategoricalAccuracy().values(y_true, y_pred))


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> ArrayResult:
    """1 for each row whose largest output is the target's, else 0.

    Args:
        y_true: classes, shape (...) or (..., 1).
        y_pred: predictions, shape (..., classes).

    Returns:
        An array of shape y_pred.shape[:-1].

    >>> sparse_categorical_accuracy([1, 0], [[0.4, 0.6], [0.4, 0.6]]).tolist()
    [1.0, 0.0]
    """
    return answer(SparseCategoricalAccuracy().values(y_true, y_pred))


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> ArrayResult:
    """1 for each row whose target is among the k largest outputs, else 0.

    Args:
        y_true: one-hot targets, shape (..., classes).
        y_pred: predictions, the same shape.
        k: how many of the largest outputs count. Defaults to 5.

    Returns:
        An array of shape y_pred.shape[:-1].

    >>> top_k_categorical_accuracy([[0, 1, 0]], [[0.5, 0.3, 0.2]], k=2).tolist()
    [1.0]
    """
    return answer(TopKCategoricalAccuracy(k=k).values(y_true, y_pred))


def sparse_top_k_categorical_accuracy(
    y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False
) -> ArrayResult:
    """1 for each row whose target is among the k largest outputs, else 0.

    Args:
        y_true: classes, shape (...) or (..., 1).
        y_pred: predictions, shape (..., classes).
        k: how many of the largest outputs count. Defaults to 5.
        from_sorted_ids: see `SparseTopKCategoricalAccuracy`.

    Returns:
        An array of shape y_pred.shape[:-1].

    >>> sparse_top_k_categorical_accuracy([1], [[0.5, 0.3, 0.2]], k=2).tolist()
    [1.0]
    """
    metric = SparseTopKCategoricalAccuracy(k=k, from_sorted_ids=from_sorted_ids)
    return answer(metric.values(y_true, y_pred))
