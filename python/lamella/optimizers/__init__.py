"""Optimizers: how a step changes the weights."""

from __future__ import annotations

from typing import Any

from lamella._types import Config
from lamella.optimizers import schedules
from lamella.optimizers.adadelta import Adadelta
from lamella.optimizers.adagrad import Adagrad
from lamella.optimizers.adam import Adam
from lamella.optimizers.adamax import Adamax
from lamella.optimizers.adamw import AdamW
from lamella.optimizers.ftrl import Ftrl
from lamella.optimizers.lion import Lion
from lamella.optimizers.nadam import Nadam
from lamella.optimizers.optimizer import Optimizer
from lamella.optimizers.rmsprop import RMSprop
from lamella.optimizers.sgd import SGD
from lamella.public_names import publish
from lamella.registry import Registry

__all__ = [
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lion",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "deserialize",
    "get",
    "schedules",
    "serialize",
]

publish(__name__, __all__)

_registry: Registry[Optimizer] = Registry("optimizer", Optimizer, "keras.optimizers")
_registry.add(Adadelta, Adagrad, Adam, AdamW, Adamax, Ftrl, Lion, Nadam, RMSprop, SGD)
_registry.add(adamw=AdamW, rmsprop=RMSprop)


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

    >>> serialize(SGD(0.5))["class_name"]
    'SGD'
    """
    return _registry.serialize(optimizer)


def deserialize(config: Config, custom_objects: dict[str, Any] | None = None) -> Optimizer:
    """Rebuild an optimizer from `serialize`'s dictionary.

    >>> deserialize({"class_name": "SGD", "config": {"learning_rate": 0.5}}).learning_rate
    0.5
    """
    return _registry.deserialize(config, custom_objects)
