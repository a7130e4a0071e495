"""Penalties on weights, added to the loss."""

from __future__ import annotations

from typing import Any

from lamella._types import Config
from lamella.registry import Registry
from lamella.regularizers.l2 import L2
from lamella.regularizers.regularizer import Regularizer

__all__ = ["L2", "Regularizer", "get", "l2", "serialize"]

l2 = L2

_registry: Registry[Regularizer] = Registry("regularizer", Regularizer, "keras.regularizers")
_registry.add(L2)


def get(identifier: Any) -> Regularizer | None:
    """Return a regularizer from a name, a config or a regularizer; None stays None.

    >>> get("l2").get_config()
    {'l2': 0.01}
    """
    return None if identifier is None else _registry.get(identifier)


def serialize(regularizer: Regularizer | None) -> Config | None:
    """Write a regularizer as Keras writes it; None stays None.

    >>> serialize(L2(0.5))["config"]
    {'l2': 0.5}
    """
    return _registry.serialize(regularizer)
