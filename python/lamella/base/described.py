"""How objects print: as the call that makes them, without what is their default."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from inspect import Parameter, signature
from typing import Any

import numpy as np

from lamella.base.naming import given_name, snake_case

_SEVERAL = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)


def described(obj: Any, always: Iterable[str] = (), **instead: Any) -> str:
    """The call that makes an object, with the arguments of its constructor that are not their default.

    Args:
        obj: an object whose constructor's arguments are entries of its config, or attributes.
        always: arguments that are shown in any case.
        **instead: values to show for arguments that are kept under another name.

    >>> import lamella
    >>> lamella.layers.Dense(3, "relu", kernel_initializer="he_normal")
    Dense(units=3, activation='relu', kernel_initializer=HeNormal())
    >>> lamella.optimizers.Adam(), lamella.regularizers.L2(0.1), lamella.losses.MeanSquaredError()
    (Adam(learning_rate=0.001), L2(l2=0.1), MeanSquaredError())
    """
    cls: Any = type(obj)
    config = _config(obj)
    shown = []
    for name, default in _parameters(cls).items():
        if name not in config and name not in instead:
            continue
        value = instead.get(name, vars(obj).get(name, config.get(name)))
        text = _text(value, config.get(name))
        if name in always or not _is_default(cls, name, value, text, default, config):
            shown.append(f"{name}={text}")
    return f"{cls.__name__}({', '.join(shown)})"


def _config(obj: Any) -> dict[str, Any]:
    """Its config, or its attributes where it has none, or none that could be written."""
    try:
        config = obj.get_config()
    except Exception:  # of the user's own class; what prints an object must not fail
        config = None
    return config if isinstance(config, dict) else vars(obj)


@cache
def _parameters(cls: Any) -> dict[str, Any]:
    """The arguments of a constructor with their defaults; name and type of numbers may be handed on."""
    entries = signature(cls).parameters.values()
    found = {entry.name: entry.default for entry in entries if entry.kind not in _SEVERAL}
    if any(entry.kind is Parameter.VAR_KEYWORD for entry in entries):
        found = {**found, **{name: None for name in ("name", "dtype") if name not in found}}
        found.setdefault("trainable", True)
    return found


def _text(value: Any, entry: Any) -> str:
    """How a value is written; functions by the name that the config has for them."""
    if isinstance(value, np.ndarray) and value.ndim:
        return f"<array of shape {value.shape}>"
    if callable(value) and not hasattr(value, "get_config"):
        return repr(entry) if isinstance(entry, str) else getattr(value, "__name__", type(value).__name__)
    return repr(value)


def _is_default(cls: type, name: str, value: Any, text: str, default: Any, config: dict[str, Any]) -> bool:
    """Whether a value is what its default stands for: a name for an object, None for what follows."""
    if default is Parameter.empty:
        return False
    if name == "name":
        return value == default or given_name(cls.__name__, str(value)) is None
    if default is None:
        return value is None or value is False or text == "'linear'" or value == _settled(name, config)
    if isinstance(default, str) and text == f"{type(value).__name__}()":
        return snake_case(type(value).__name__) == snake_case(default)
    numbers, usual = _leaves(value), _leaves(default)
    return numbers == usual or (len(set(usual)) == 1 and set(numbers) == set(usual))  # 3 stands for (3, 3)


def _leaves(value: Any) -> list[Any]:
    """What nested tuples and lists hold; an object by how it is written."""
    if isinstance(value, (tuple, list)):
        return [leaf for entry in value for leaf in _leaves(entry)]
    return [value if isinstance(value, (int, float, str, type(None))) else repr(value)]


def _settled(name: str, config: dict[str, Any]) -> Any:
    """What is made of an argument that was not given."""
    from lamella.base.config import floatx, image_data_format

    settled = {"dtype": floatx(), "data_format": image_data_format(), "thresholds": [0.5]}
    return {**settled, "strides": config.get("pool_size")}.get(name)
