"""Single objects as configs, and back, whatever they are."""

from __future__ import annotations

from collections.abc import Mapping
from types import FunctionType
from typing import Any

import numpy as np

from lamella import activations, constraints, initializers, layers, losses, metrics, optimizers, regularizers
from lamella.base import custom_objects as user_objects
from lamella.base.checks import refusal
from lamella.base.types import Config
from lamella.optimizers import schedules

_FOLDERS: list[tuple[type, Any]] = [
    (layers.Layer, layers),
    (losses.Loss, losses),
    (metrics.Metric, metrics),
    (optimizers.Optimizer, optimizers),
    (schedules.LearningRateSchedule, schedules),
    (initializers.Initializer, initializers),
    (regularizers.Regularizer, regularizers),
    (constraints.Constraint, constraints),
]


def serialize_keras_object(obj: Any) -> Any:
    """Write a layer, model, loss, metric, optimizer, schedule, initialiser, regulariser or constraint.

    Args:
        obj: the object; numbers, texts and None stay what they are, lists and dictionaries are gone through.

    Returns:
        A dictionary in Keras's form.

    Raises:
        TypeError: for anything else.

    >>> import lamella
    >>> config = serialize_keras_object(lamella.regularizers.L2(0.5))
    >>> config["module"], config["class_name"]
    ('keras.regularizers', 'L2')
    """
    if isinstance(obj, np.generic):
        return obj.item()
    if obj is None or isinstance(obj, (bool, int, float, str)):
        return obj
    if isinstance(obj, (list, tuple)):
        return [serialize_keras_object(entry) for entry in obj]
    if isinstance(obj, dict):
        return {key: serialize_keras_object(entry) for key, entry in obj.items()}
    for base, folder in _FOLDERS:
        if isinstance(obj, base):
            return folder.serialize(obj)
    if callable(obj) and not isinstance(obj, type):
        return user_objects.describe_function(obj)
    raise TypeError(f"{obj!r} of type {type(obj).__name__} cannot be written to a config")


def deserialize_keras_object(
    config: Any, custom_objects: dict[str, Any] | None = None, safe_mode: bool = True
) -> Any:
    """Make the object that `serialize_keras_object` wrote, or Keras.

    Args:
        config: the dictionary; lists and other dictionaries are gone through, anything else is returned as
            it is. Without the entry `"module"` the class is looked for everywhere.
        custom_objects: classes and functions of your own that it names, by their names.
        safe_mode: accepted for compatibility with Keras: nothing in a config is run.

    Raises:
        ValueError: for a class that is not known, or an entry that is not supported.

    >>> config = {"module": "keras.regularizers", "class_name": "L2", "config": {"l2": 0.5}}
    >>> deserialize_keras_object(config).l2
    0.5
    """
    with user_objects.custom_object_scope(custom_objects):
        return _deserialize(config)


def _deserialize(config: Any) -> Any:
    if isinstance(config, (list, tuple)):
        return [_deserialize(entry) for entry in config]
    if not isinstance(config, dict):
        return config
    if "class_name" not in config:
        return {key: _deserialize(entry) for key, entry in config.items()}
    if user_objects.is_function(config):
        return _find_function(config)
    name = config["class_name"]
    folder = _folder_of(config.get("module"), name)
    if folder is not None:
        return folder.deserialize(config)
    cls = user_objects.find_first(config.get("registered_name"), name)
    if cls is None:
        raise ValueError(f"Unknown class {name!r}: pass it in custom_objects")
    return cls.from_config(config.get("config") or {})


def _folder_of(module: Any, name: Any) -> Any:
    """Where the classes of a module of Keras's are, or, of no module, the class of this name; else None."""
    if module in ("keras", "lamella.layers") or (module is None and name == "Sequential"):
        return layers
    for base, folder in _FOLDERS:
        if module == f"keras.{folder.__name__.removeprefix('lamella.')}":
            return folder
        cls = getattr(folder, name, None) if module is None and isinstance(name, str) else None
        if isinstance(cls, type) and issubclass(cls, base):
            return folder
    return None


def _find_function(config: Config) -> Any:
    """A function of the user's, or one of this library's."""
    name: Any = config.get("config")
    function = user_objects.find_first(config.get("registered_name"), name)
    if function is None and name not in ("get", "serialize", "deserialize"):
        for folder in (activations, losses, metrics):
            if name in folder.__all__ and isinstance(getattr(folder, name), FunctionType):
                return getattr(folder, name)
    if function is None:
        raise ValueError(f"Unknown function {name!r}: pass it in custom_objects")
    return function


def get_custom_objects() -> dict[str, Any]:
    """The classes and functions that configs may name everywhere, by their names; may be added to.

    >>> "docs>Nothing" in get_custom_objects()
    False
    """
    return user_objects.registered()


def get_registered_name(obj: Any) -> str:
    """The name that a class or function goes by in files.

    >>> import lamella
    >>> get_registered_name(lamella.layers.Dense)
    'Dense'
    """
    if not callable(obj) or not hasattr(obj, "__name__"):
        raise refusal("get_registered_name", "obj", "a class or a function", obj)
    return user_objects.registered_name(obj) or str(obj.__name__)


def get_registered_object(
    name: str, custom_objects: dict[str, Any] | None = None, module_objects: dict[str, Any] | None = None
) -> Any:
    """The class or function of a name, None where there is none.

    Args:
        name: the name, as of `get_registered_name`.
        custom_objects, module_objects: further objects by their names.

    >>> get_registered_object("docs>Nothing") is None
    True
    """
    for argument, objects in (("custom_objects", custom_objects), ("module_objects", module_objects)):
        if objects is not None and not isinstance(objects, Mapping):
            raise refusal("get_registered_object", argument, "a dictionary or None", objects)
    own = user_objects.find(name) or (custom_objects or {}).get(name)
    return own or (module_objects or {}).get(name)
