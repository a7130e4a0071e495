"""Initializers by their names, configs, arrays and functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella.base.registry import Registry
from lamella.base.types import Config
from lamella.initializers.constants import Constant
from lamella.initializers.function_initializer import FunctionInitializer
from lamella.initializers.initializer import Initializer

_registry: Registry[Initializer] = Registry(
    "initializer",
    Initializer,
    "initializers",
    aliases={"normal": "RandomNormal", "one": "Ones", "uniform": "RandomUniform", "zero": "Zeros"},
    but=("FunctionInitializer",),
    wrap=FunctionInitializer,
)


def get(identifier: Any) -> Initializer | None:
    """Return an initializer from a name, a config, an array, an initializer or a function `f(shape, dtype)`.

    None stays None: layers take `"glorot_uniform"` then. An array is for a variable of its shape. An
    initializer that was given no seed is copied, so that two layers sharing it start from different values.

    >>> type(get("he_normal")).__name__
    'HeNormal'
    >>> get(np.array([1.0, 2.0]))((2,)).tolist()
    [1.0, 2.0]
    """
    if identifier is None:
        return None
    if isinstance(identifier, (np.ndarray, np.generic)):
        return Constant.of_shape(identifier)
    if callable(identifier) and not isinstance(identifier, (type, Initializer)):
        return FunctionInitializer(identifier)
    found = _registry.get(identifier)
    return type(found).from_config(found.get_config()) if found is identifier else found


def deserialize(config: Config, custom_objects: dict[str, Any] | None = None) -> Initializer:
    """Rebuild an initializer from `serialize`'s dictionary or Keras's.

    >>> deserialize({"class_name": "Constant", "config": {"value": 0.5}}).value
    0.5
    """
    return _registry.deserialize(config, custom_objects)


def serialize(initializer: Initializer | None) -> Config | None:
    """Write an initializer as Keras writes it; None stays None.

    >>> serialize(lamella.initializers.Zeros())["class_name"]
    'Zeros'
    """
    if isinstance(initializer, FunctionInitializer):
        return _registry.describe_function(initializer.function)
    return _registry.serialize(initializer)
