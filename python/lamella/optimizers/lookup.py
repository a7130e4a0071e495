"""Optimizers by their names and configs."""

from __future__ import annotations

from typing import Any

from lamella.base.registry import Registry
from lamella.base.types import Config
from lamella.optimizers.optimizer import Optimizer

_registry: Registry[Optimizer] = Registry(
    "optimizer", Optimizer, "optimizers", aliases={"adamw": "AdamW", "rmsprop": "RMSprop"}
)


def get(identifier: Any) -> Optimizer | None:
    """Return an optimizer from a name, a config or an optimizer; None stays None.

    >>> get("adam").learning_rate
    0.001
    >>> get("adaam")
    Traceback (most recent call last):
    ...
    ValueError: Unknown optimizer 'adaam'. Did you mean 'adam'? Available: Adadelta, ...
    """
    return None if identifier is None else _registry.get(identifier)


def serialize(optimizer: Optimizer) -> Config | None:
    """Write an optimizer as Keras writes it.

    >>> serialize(lamella.optimizers.SGD(0.5))["class_name"]
    'SGD'
    """
    return _registry.serialize(optimizer)


def deserialize(config: Config, custom_objects: dict[str, Any] | None = None) -> Optimizer:
    """Rebuild an optimizer from `serialize`'s dictionary.

    >>> deserialize({"class_name": "SGD", "config": {"learning_rate": 0.5}}).learning_rate
    0.5
    """
    return _registry.deserialize(config, custom_objects)
