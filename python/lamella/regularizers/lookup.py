"""Regularizers by their names, configs and functions."""

from __future__ import annotations

from typing import Any

from lamella.base.registry import Registry
from lamella.base.types import Config
from lamella.regularizers.function_regularizer import FunctionRegularizer
from lamella.regularizers.regularizer import Regularizer

_registry: Registry[Regularizer] = Registry(
    "regularizer",
    Regularizer,
    "regularizers",
    aliases={"l1_l2": "L1L2"},
    but=("FunctionRegularizer",),
    wrap=FunctionRegularizer,
)


def get(identifier: Any) -> Regularizer | None:
    """Return a regularizer from a name, a config, a regularizer or a function of your own; None stays None.

    >>> get("l2").get_config()
    {'l2': 0.01}
    """
    return None if identifier is None else _registry.get(identifier)


def serialize(regularizer: Regularizer | None) -> Config | None:
    """Write a regularizer as Keras writes it; None stays None.

    >>> serialize(lamella.regularizers.L2(0.5))["config"]
    {'l2': 0.5}
    """
    if isinstance(regularizer, FunctionRegularizer):
        return _registry.describe_function(regularizer.function)
    return _registry.serialize(regularizer)


def deserialize(config: Config, custom_objects: dict[str, Any] | None = None) -> Regularizer:
    """Rebuild a regularizer from `serialize`'s dictionary or Keras's.

    >>> deserialize({"class_name": "L1", "config": {"l1": 0.5}}).l1
    0.5
    """
    return _registry.deserialize(config, custom_objects)
