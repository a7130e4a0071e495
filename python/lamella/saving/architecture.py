"""Models as configs, and configs as models whose variables wait for their values."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lamella import layers
from lamella.base import custom_objects as user_objects
from lamella.base.checks import shown
from lamella.base.types import Config
from lamella.graph.base_model import BaseModel
from lamella.layers import Layer
from lamella.layers.lookup import registry
from lamella.variable import Variable, blank_variables

_MAX_DEPTH = 100
"""Layers inside of each other: making each takes some frames of Python's stack."""


def named_variables(layer: Layer, prefix: str = "") -> Iterator[tuple[str, Variable]]:
    """All variables in the order of `weights`, each under a name of its own: `layers.0.dense.kernel`.

    A variable that several layers share comes once, under its first name.
    """
    seen: set[int] = set()
    for name, variable in _all_variables(layer, prefix):
        if id(variable) not in seen:
            seen.add(id(variable))
            yield name, variable


def _all_variables(layer: Layer, prefix: str) -> Iterator[tuple[str, Variable]]:
    used: set[str] = set()
    for variable in layer._variables:
        name, count = variable.name, 0
        while name in used:
            count += 1
            name = f"{variable.name}_{count}"
        used.add(name)
        yield f"{prefix}{name}", variable
    for place, part in layer.parts():
        yield from _all_variables(part, f"{prefix}{place}.{part.name}.")


@contextmanager
def naming(path: str | os.PathLike[str]) -> Iterator[None]:
    """Within it, functions and classes of the user's get their names in the file; warns of lambdas.

    Raises:
        ValueError: for two of the same name.
    """
    with user_objects.describing() as named:
        yield
    for name in named:
        if not name.rpartition(">")[2].isidentifier():
            warnings.warn(
                f"'{path}' holds nothing but the name of your function {name!r}: it is loaded with "
                f"custom_objects={{{name!r}: ...}}, or, for a loss or a metric, with compile=False",
                stacklevel=6,
            )


def describe(model: BaseModel) -> Config:
    """The config of a model, with the names of Keras's.

    Raises:
        ValueError: as `require_tree`.
    """
    require_tree(model)
    return layers.serialize(model)


def require_tree(model: BaseModel) -> None:
    """Raise ValueError for what a file cannot say.

    Of a layer that is in a model twice a config would make two, and models that are nested too deeply could
    not be made again.
    """
    seen: set[int] = set()
    waiting: list[tuple[Layer, int]] = [(model, 0)]
    while waiting:
        layer, depth = waiting.pop()
        waiting.extend((part, depth + 1) for _, part in layer.parts())
        if depth > _MAX_DEPTH:
            raise ValueError(
                f"Model '{model.name}' is nested more than {_MAX_DEPTH} layers deep, which is too deep for a "
                "file; save_weights() does not mind"
            )
        if id(layer) in seen:
            raise ValueError(
                f"Model '{model.name}' holds layer '{layer.name}' twice, which a file cannot say; "
                "save_weights() does not mind"
            )
        seen.add(id(layer))


def rebuild(config: Any, custom_objects: dict[str, Any] | None, limit: int) -> BaseModel:
    """Make the model of a config, its variables zeros.

    Args:
        config: the config, from a file that nobody vouches for.
        custom_objects: classes and functions of the user, by their names.
        limit: bytes that its variables may take together.

    Raises:
        ValueError: for a class that is not known, an entry that is not supported, or larger variables.
    """
    with blank_variables(limit):
        return make(config, custom_objects)


def make(config: Any, custom_objects: dict[str, Any] | None) -> BaseModel:
    """Make the model of a config, its variables with their initial values; raises ValueError as `rebuild`."""
    if not isinstance(config, dict) or config.get("class_name") != "Sequential":
        name = config.get("class_name") if isinstance(config, dict) else config
        raise ValueError(f"it holds a model of class {name!r}; only Sequential models can be loaded")
    if not isinstance(config.get("config"), dict):
        raise ValueError(
            f"the entry 'config' of its model must be a dictionary. It is {shown(config.get('config'))}"
        )
    with user_objects.custom_object_scope(custom_objects):
        cls: Any = registry.built_in("Sequential")
        model: BaseModel = cls.from_config(config["config"])
    return model
