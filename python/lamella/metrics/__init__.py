"""Metrics: in `compile`, and on arrays by themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lamella import losses
from lamella._types import Array, Config
from lamella.losses import (
    binary_crossentropy,
    categorical_crossentropy,
    mean_absolute_error,
    mean_squared_error,
    sparse_categorical_crossentropy,
)
from lamella.metrics.accuracy import (
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
)
from lamella.metrics.from_losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from lamella.metrics.metric import Metric
from lamella.registry import Registry

__all__ = [
    "BinaryAccuracy",
    "BinaryCrossentropy",
    "CategoricalAccuracy",
    "CategoricalCrossentropy",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Metric",
    "SparseCategoricalAccuracy",
    "SparseCategoricalCrossentropy",
    "binary_accuracy",
    "binary_crossentropy",
    "categorical_accuracy",
    "categorical_crossentropy",
    "deserialize",
    "get",
    "mean_absolute_error",
    "mean_squared_error",
    "serialize",
    "sparse_categorical_accuracy",
    "sparse_categorical_crossentropy",
]

_registry: Registry[Metric] = Registry(
    "metric", Metric, "keras.metrics", by_targets=("accuracy", "acc", "crossentropy", "ce")
)
_registry.add(BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy)
_registry.add(BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy)
_registry.add(MeanAbsoluteError, MeanSquaredError)
_registry.add(bce=BinaryCrossentropy, mae=MeanAbsoluteError, mse=MeanSquaredError)

_FUNCTIONS: dict[Callable[..., Array], type[Metric]] = {
    binary_accuracy: BinaryAccuracy,
    categorical_accuracy: CategoricalAccuracy,
    sparse_categorical_accuracy: SparseCategoricalAccuracy,
    losses.binary_crossentropy: BinaryCrossentropy,
    losses.categorical_crossentropy: CategoricalCrossentropy,
    losses.mean_absolute_error: MeanAbsoluteError,
    losses.mean_squared_error: MeanSquaredError,
    losses.sparse_categorical_crossentropy: SparseCategoricalCrossentropy,
}


def get(identifier: Any) -> Metric:
    """Return a metric from a name, a config, a metric or one of this module's functions.

    Raises:
        ValueError: for a name that is not known.
        TypeError: for anything else.

    >>> get("mae").name
    'mean_absolute_error'
    """
    if callable(identifier) and identifier in _FUNCTIONS:
        return _FUNCTIONS[identifier]()
    return _registry.get(identifier)


def serialize(metric: Metric) -> Config | None:
    """Write a metric as Keras writes it.

    >>> serialize(BinaryAccuracy())["config"]["threshold"]
    0.5
    """
    return _registry.serialize(metric)


def deserialize(config: Config) -> Metric:
    """Rebuild a metric from `serialize`'s dictionary.

    >>> deserialize({"class_name": "BinaryAccuracy", "config": {"threshold": 0.7}}).threshold
    0.7
    """
    return _registry.deserialize(config)
