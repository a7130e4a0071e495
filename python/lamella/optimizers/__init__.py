"""Optimizers: how a step changes the weights."""

from __future__ import annotations

from typing import Any

from lamella._types import Config
from lamella.optimizers.adam import Adam
from lamella.optimizers.optimizer import Optimizer
from lamella.optimizers.sgd import SGD
from lamella.registry import Registry

__all__ = ["SGD", "Adam", "Optimizer", "deserialize", "get", "serialize"]

_registry: Registry[Optimizer] = Registry("optimizer", Optimizer, "keras.optimizers")
_registry.add(Adam, SGD)


def get(identifier: Any) -> Optimizer:
    """Return an optimizer from a name, a config or an optimizer.

    >>> get("adam").learning_rate
    0.001
    >>> get("adaam")
    Traceback (most recent call last):
    ...
    ValueError: Unknown optimizer 'adaam'. Did you mean 'adam'? Available: Adam, SGD, adam, sgd.
    """
    return _registry.get(identifier)


def serialize(optimizer: Optimizer) -> Config | None:
    """Write an optimizer as Keras writes it.

    >>> serialize(SGD(0.5))["class_name"]
    'SGD'
    """
    return _registry.serialize(optimizer)


def deserialize(config: Config) -> Optimizer:
    """Rebuild an optimizer from `serialize`'s dictionary.

    >>> deserialize({"class_name": "SGD", "config": {"learning_rate": 0.5}}).learning_rate
    0.5
    """
    return _registry.deserialize(config)
