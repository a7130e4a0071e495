"""Classes that users add to those that configs may name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_known: ContextVar[dict[str, Any]] = ContextVar("custom_objects")


def find(name: str) -> Any:
    """Return what a surrounding `custom_object_scope` calls by this name, or None."""
    return _known.get({}).get(name)


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
