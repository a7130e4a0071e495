"""Classes that users add to those that configs may name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from lamella.base.checks import refusal, text

T = TypeVar("T")

_known: ContextVar[dict[str, Any]] = ContextVar("custom_objects")
_described: ContextVar[dict[str, Any] | None] = ContextVar("described", default=None)
_registered: dict[str, Any] = {}
_names: dict[Any, str] = {}


def find(name: str) -> Any:
    """Return what a surrounding `custom_object_scope` or `register_serializable` calls so, or None."""
    for objects in (_described.get() or {}, _known.get({}), _registered):
        if name in objects:
            return objects[name]
    return None


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
    name = _names.get(function) or str(getattr(function, "__name__", type(function).__name__))
    note(name, function)
    return {"module": "builtins", "class_name": "function", "config": name, "registered_name": "function"}


def find_function(config: Any, kind: str) -> Callable[..., Any]:
    """The function of the user's that `describe_function` wrote.

    Raises:
        ValueError: when it is not known; `kind` says what it is for.
    """
    name = config.get("config") if isinstance(config, dict) else config
    function = find_first(name)
    if not callable(function):
        raise ValueError(f"Unknown {kind} function {name!r}: pass it in custom_objects, by its name")
    found: Callable[..., Any] = function
    return found


def note(name: str, obj: Any) -> None:
    """Let a surrounding `describing` know what goes by a name in a config.

    Raises:
        ValueError: when another object of the user does.
    """
    described = _described.get()
    if described is not None and described.setdefault(name, obj) is not obj:
        raise ValueError(
            f"Two functions or classes of your own are both named {name!r}, {described[name]!r} and {obj!r}: "
            "configs tell them apart by their names"
        )


@contextmanager
def describing() -> Iterator[dict[str, Any]]:
    """Within it, what is written to configs is known by its name to those who read them.

    Yields:
        The classes and functions of the user that were written, by their names.
    """
    described: dict[str, Any] = {}
    token = _described.set(described)
    try:
        yield described
    finally:
        _described.reset(token)


def is_function(config: dict[str, Any]) -> bool:
    """Whether a config is one of `describe_function`."""
    return config.get("class_name") == "function"


def register_serializable(package: str = "Custom", name: str | None = None) -> Callable[[T], T]:
    """Decorate a class or function of your own so that files may name it: `"package>name"`.

    Args:
        package: a name for your code. Defaults to `"Custom"`.
        name: a name for the object; its own by default.

    Raises:
        ValueError: when another object has the name, or a name is no text.

    >>> import lamella
    >>> @register_serializable("docs")
    ... class Mine(lamella.regularizers.L2):
    ...     pass
    >>> config = lamella.regularizers.serialize(Mine(0.5))
    >>> config["registered_name"], type(lamella.regularizers.deserialize(config)).__name__
    ('docs>Mine', 'Mine')
    """
    text("register_serializable", "package", package)
    if name is not None:
        text("register_serializable", "name", name)

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
        custom_objects: classes and functions by their names, or None for nothing.

    Raises:
        ValueError: for anything else.

    >>> import lamella
    >>> class Mine(lamella.regularizers.L2):
    ...     pass
    >>> with custom_object_scope({"Mine": Mine}):
    ...     layer = lamella.layers.Dense(1, kernel_regularizer={"class_name": "Mine", "config": {"l2": 0.5}})
    >>> layer.kernel_regularizer.l2
    0.5
    """
    if custom_objects is not None and not isinstance(custom_objects, Mapping):
        raise refusal("custom_object_scope", "custom_objects", "a dictionary or None", custom_objects)
    token = _known.set({**_known.get({}), **(custom_objects or {})})
    try:
        yield
    finally:
        _known.reset(token)


# Keras's names.
CustomObjectScope = custom_object_scope
register_keras_serializable = register_serializable
