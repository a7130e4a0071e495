"""Classes that users add to those that configs may name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")

_known: ContextVar[dict[str, Any]] = ContextVar("custom_objects")
_registered: dict[str, Any] = {}
_names: dict[Any, str] = {}


def find(name: str) -> Any:
    """Return what a surrounding `custom_object_scope` or `register_serializable` calls so, or None."""
    return _known.get({}).get(name) or _registered.get(name)


def find_first(*names: Any) -> Any:
    """Return what `find` knows under the first of these names that it knows, or None."""
    found = (find(name) for name in names if isinstance(name, str))
    return next((obj for obj in found if obj is not None), None)


def registered() -> dict[str, Any]:
    """What `register_serializable` has registered, by its names."""
    return _registered


def registered_name(obj: Any) -> str | None:
    """The name that a class or function of the user goes by in files; None for those of this library."""
    if obj in _names:
        return _names[obj]
    return None if obj.__module__.startswith("lamella.") else obj.__name__


def describe_function(function: Callable[..., Any]) -> dict[str, Any]:
    """A function of the user as Keras writes it: by its name, nothing of what it does."""
    name = _names.get(function) or getattr(function, "__name__", repr(function))
    return {"module": "builtins", "class_name": "function", "config": name, "registered_name": "function"}


def is_function(config: dict[str, Any]) -> bool:
    """Whether a config is one of `describe_function`."""
    return config.get("class_name") == "function"


def register_serializable(package: str = "Custom", name: str | None = None) -> Callable[[T], T]:
    """Decorate a class or function of your own so that files may name it: `"package>name"`.

    Args:
        package: a name for your code. Defaults to `"Custom"`.
        name: a name for the object; its own by default.

    Raises:
        ValueError: when another object has the name.

    >>> import lamella
    >>> @register_serializable("docs")
    ... class Mine(lamella.regularizers.L2):
    ...     pass
    >>> config = lamella.regularizers.serialize(Mine(0.5))
    >>> config["registered_name"], type(lamella.regularizers.deserialize(config)).__name__
    ('docs>Mine', 'Mine')
    """

    def register(obj: T) -> T:
        known_as = f"{package}>{name or getattr(obj, '__name__', '')}"
        other = _registered.get(known_as)
        if other is not None and getattr(other, "__qualname__", None) != getattr(obj, "__qualname__", None):
            raise ValueError(f"'{known_as}' is registered already, for {other!r}")
        _registered[known_as] = obj
        _names[obj] = known_as
        return obj

    return register


@contextmanager
def custom_object_scope(custom_objects: dict[str, Any] | None) -> Iterator[None]:
    """Within it, configs may name these classes, also deep inside the config of a model.

    Args:
        custom_objects: classes by their names, or None for nothing.

    >>> import lamella
    >>> class Mine(lamella.regularizers.L2):
    ...     pass
    >>> with custom_object_scope({"Mine": Mine}):
    ...     layer = lamella.layers.Dense(1, kernel_regularizer={"class_name": "Mine", "config": {"l2": 0.5}})
    >>> layer.kernel_regularizer.l2
    0.5
    """
    token = _known.set({**_known.get({}), **(custom_objects or {})})
    try:
        yield
    finally:
        _known.reset(token)
