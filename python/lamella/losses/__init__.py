"""Losses: in `compile`, and on arrays by themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lamella._types import Array, Config
from lamella.losses.crossentropy import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)
from lamella.losses.loss import Loss
from lamella.losses.regression import (
    MeanAbsoluteError,
    MeanSquaredError,
    mean_absolute_error,
    mean_squared_error,
)
from lamella.registry import Registry

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "SparseCategoricalCrossentropy",
    "binary_crossentropy",
    "categorical_crossentropy",
    "deserialize",
    "get",
    "mean_absolute_error",
    "mean_squared_error",
    "serialize",
    "sparse_categorical_crossentropy",
]

_registry: Registry[Loss] = Registry("loss", Loss, "keras.losses", by_targets=("crossentropy", "ce"))
_registry.add(
    BinaryCrossentropy,
    CategoricalCrossentropy,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
_registry.add(bce=BinaryCrossentropy, mae=MeanAbsoluteError, mse=MeanSquaredError)

_FUNCTIONS: dict[Callable[..., Array], type[Loss]] = {
    binary_crossentropy: BinaryCrossentropy,
    categorical_crossentropy: CategoricalCrossentropy,
    mean_absolute_error: MeanAbsoluteError,
    mean_squared_error: MeanSquaredError,
    sparse_categorical_crossentropy: SparseCategoricalCrossentropy,
}


def get(identifier: Any) -> Loss:
    """Return a loss from a name, a config, a loss or one of this module's functions.

    Raises:
        ValueError: for a name that is not known.
        TypeError: for anything else.

    >>> get("mse").name
    'mean_squared_error'
    >>> get("msee")
    Traceback (most recent call last):
    ...
    ValueError: Unknown loss 'msee'. Did you mean 'mse'? Available: ...
    """
    if callable(identifier) and identifier in _FUNCTIONS:
        return _FUNCTIONS[identifier]()
    return _registry.get(identifier)


def serialize(loss: Loss) -> Config | None:
    """Write a loss as Keras writes it.

    >>> serialize(MeanSquaredError())["class_name"]
    'MeanSquaredError'
    """
    return _registry.serialize(loss)


def deserialize(config: Config) -> Loss:
    """Rebuild a loss from `serialize`'s dictionary.

    >>> deserialize({"class_name": "MeanSquaredError", "config": {}}).name
    'mean_squared_error'
    """
    return _registry.deserialize(config)
