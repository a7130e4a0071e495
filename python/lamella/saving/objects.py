"""Single objects as configs, and back, whatever they are."""

from __future__ import annotations

from typing import Any

from lamella import constraints, initializers, layers, losses, metrics, optimizers, regularizers
from lamella import custom_objects as user_objects
from lamella._types import Config
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
        config: the dictionary; what is none is returned as it is.
        custom_objects: classes and functions of your own that it names, by their names.
        safe_mode: taken for Keras's sake: nothing in a config is run.

    Raises:
        ValueError: for a class that is not known, or an entry that is not supported.

    >>> config = {"module": "keras.regularizers", "class_name": "L2", "config": {"l2": 0.5}}
    >>> deserialize_keras_object(config).l2
    0.5
    """
    if not isinstance(config, dict) or "class_name" not in config:
        return config
    module = str(config.get("module"))
    folders = {f"keras.{folder.__name__.removeprefix('lamella.')}": folder for _, folder in _FOLDERS}
    if module in ("keras", "lamella.layers"):
        return layers.deserialize(config, custom_objects)
    if module in folders:
        return folders[module].deserialize(config, custom_objects)
    return _deserialize_own(config, custom_objects)


def _deserialize_own(config: Config, objects: dict[str, Any] | None) -> Any:
    """An object of the user's: its class tells what kind it is."""
    with user_objects.custom_object_scope(objects):
        name = config["config"] if user_objects.is_function(config) else config["class_name"]
        cls = user_objects.find(str(config.get("registered_name"))) or user_objects.find(str(name))
        if cls is None:
            raise ValueError(f"Unknown class or function {name!r}: pass it in custom_objects")
        return cls if user_objects.is_function(config) else cls.from_config(config["config"])


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
    return user_objects.registered_name(obj) or obj.__name__


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
    own = get_custom_objects().get(name) or (custom_objects or {}).get(name)
    return own or (module_objects or {}).get(name)
