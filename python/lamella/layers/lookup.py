"""Layers by their names and configs."""

from __future__ import annotations

from typing import Any

from lamella.base.registry import Registry
from lamella.base.registry import serialize as _serialize
from lamella.base.types import Config
from lamella.graph.layer import Layer
from lamella.layers.core.input_layer import InputLayer

registry: Registry[Layer] = Registry(
    "layer",
    Layer,
    "layers",
    aliases=dict.fromkeys(("Sequential", "sequential"), "lamella.models.Sequential"),  # a model is a layer
    but=("Input", "InputSpec"),
)


def serialize(layer: Layer) -> Config:
    """Write a layer as Keras writes it.

    >>> serialize(lamella.layers.Flatten())["class_name"]
    'Flatten'
    """
    config = _serialize(registry.checked(layer), layer.module)
    if layer.built and not isinstance(layer, InputLayer):
        config["build_config"] = {"input_shape": list(layer.input_shape)}
    return config


def deserialize(config: Config, custom_objects: dict[str, Any] | None = None) -> Layer:
    """Rebuild a layer from `serialize`'s dictionary or Keras's.

    Raises:
        ValueError: for a class that is not known or an entry that is not supported.

    >>> deserialize({"class_name": "Dense", "config": {"units": 3}}).units
    3
    """
    return registry.deserialize(config, custom_objects)
