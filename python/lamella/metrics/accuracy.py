"""Accuracies: the share of rows, or of outputs, that are right."""

from __future__ import annotations

from typing import Any

from lamella._types import Array, Config
from lamella.metrics.metric import Metric


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

    def __init__(self, name: str = "binary_accuracy", dtype: Any = None, threshold: float = 0.5) -> None:
        super().__init__(dtype, name)
        self.threshold = float(threshold)

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
        if k < 1:
            raise ValueError(f"TopKCategoricalAccuracy: 'k' must be at least 1. Received: {k}")
        self.k = int(k)

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
        from_sorted_ids: must be False.

    Raises:
        ValueError: for a k below 1, or `from_sorted_ids`.

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
        super().__init__(dtype, name)
        if from_sorted_ids:
            raise ValueError(
                "SparseTopKCategoricalAccuracy: 'from_sorted_ids' must be False, as outputs are values of "
                f"classes. Received: {from_sorted_ids!r}"
            )
        if k < 1:
            raise ValueError(f"SparseTopKCategoricalAccuracy: 'k' must be at least 1. Received: {k}")
        self.k = int(k)

    def attributes(self) -> dict[str, Any]:
        return {"k": self.k}

    def get_config(self) -> Config:
        return {**super().get_config(), "k": self.k}


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Array:
    """The share of right outputs of each row.

    Args:
        y_true: targets, shape (..., outputs).
        y_pred: predictions, the same shape.
        threshold: predictions above it count as 1. Defaults to 0.5.

    Returns:
        An array of shape y_pred.shape[:-1].

    >>> binary_accuracy([[1, 1]], [[0.7, 0.2]]).tolist()
    [0.5]
    """
    return BinaryAccuracy(threshold=threshold).values(y_true, y_pred)


def categorical_accuracy(y_true: Any, y_pred: Any) -> Array:
    """1 for each row whose largest output is the target's, else 0.

    Args:
        y_true: one-hot targets, shape (..., classes).
        y_pred: predictions, the same shape.

    Returns:
        An array of shape y_pred.shape[:-1].

    >>> categorical_accuracy([[0, 1]], [[0.4, 0.6]]).tolist()
    [1.0]
    """
    return CategoricalAccuracy().values(y_true, y_pred)


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Array:
    """1 for each row whose largest output is the target's, else 0.

    Args:
        y_true: classes, shape (...) or (..., 1).
        y_pred: predictions, shape (..., classes).

    Returns:
        An array of shape y_pred.shape[:-1].

    >>> sparse_categorical_accuracy([1, 0], [[0.4, 0.6], [0.4, 0.6]]).tolist()
    [1.0, 0.0]
    """
    return SparseCategoricalAccuracy().values(y_true, y_pred)


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Array:
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
    return TopKCategoricalAccuracy(k=k).values(y_true, y_pred)


def sparse_top_k_categorical_accuracy(
    y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False
) -> Array:
    """1 for each row whose target is among the k largest outputs, else 0.

    Args:
        y_true: classes, shape (...) or (..., 1).
        y_pred: predictions, shape (..., classes).
        k: how many of the largest outputs count. Defaults to 5.
        from_sorted_ids: must be False.

    Returns:
        An array of shape y_pred.shape[:-1].

    >>> sparse_top_k_categorical_accuracy([1], [[0.5, 0.3, 0.2]], k=2).tolist()
    [1.0]
    """
    metric = SparseTopKCategoricalAccuracy(k=k, from_sorted_ids=from_sorted_ids)
    return metric.values(y_true, y_pred)
