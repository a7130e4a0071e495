"""Penalties on weights and on outputs of layers, added to the loss."""

from __future__ import annotations

from typing import Any

from lamella._types import Config
from lamella.public_names import publish
from lamella.registry import Registry
from lamella.regularizers.function_regularizer import FunctionRegularizer
from lamella.regularizers.l1_l2 import L1, L1L2, L2
from lamella.regularizers.orthogonal import OrthogonalRegularizer
from lamella.regularizers.regularizer import Regularizer

__all__ = [
    "L1",
    "L1L2",
    "L2",
    "FunctionRegularizer",
    "OrthogonalRegularizer",
    "Regularizer",
    "deserialize",
    "get",
    "l1",
    "l1_l2",
    "l2",
    "orthogonal_regularizer",
    "serialize",
]

publish(__name__, __all__)

l1 = L1
l2 = L2
l1_l2 = L1L2
orthogonal_regularizer = OrthogonalRegularizer

_registry: Registry[Regularizer] = Registry(
    "regularizer", Regularizer, "keras.regularizers", wrap=FunctionRegularizer
)
_registry.add(L1, L1L2, L2, OrthogonalRegularizer, l1_l2=L1L2)


def get(identifier: Any) -> Regularizer | None:
    """Return a regularizer from a name, a config, a regularizer or a function of your own; None stays None.

    >>> get("l2").get_config()
    {'l2': 0.01}
    """
    return None if identifier is None else _registry.get(identifier)


def serialize(regularizer: Regularizer | None) -> Config | None:
    """Write a regularizer as Keras writes it; None stays None.

    >>> serialize(L2(0.5))["config"]
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
