"""Scopes: names in front of those of variables, and where is computed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from lamella.base import checks

_path: ContextVar[tuple[str, ...]] = ContextVar("path", default=())


@contextmanager
def name_scope(name: str, **kwargs: Any) -> Iterator[None]:
    """Within it, `Variable`s that are made get this name in front of their path.

    Args:
        name: the name, without a slash.
        **kwargs: `caller` and `deduplicate` are accepted for compatibility with Keras.

    Raises:
        ValueError: for another name.

    >>> import lamella
    >>> with name_scope("block"):
    ...     lamella.Variable(1.0, name="scale").path
    'block/scale'
    """
    if set(kwargs) - {"caller", "deduplicate"}:
        raise ValueError(f"name_scope has no arguments {sorted(kwargs)}")
    if "/" in checks.text("name_scope", "name", name):
        raise checks.refusal("name_scope", "name", "a text without '/'", name)
    token = _path.set((*_path.get(), name))
    try:
        yield
    finally:
        _path.reset(token)


def in_scope(name: str) -> str:
    """The path of a variable of this name."""
    return "/".join((*_path.get(), name))


@contextmanager
def device(device_name: str) -> Iterator[None]:
    """Accept the processor, where everything is computed.

    Args:
        device_name: `"cpu"`, also `"cpu:0"` or `"/device:CPU:0"`.

    Raises:
        ValueError: for any other device.

    >>> with device("cpu:0"):
    ...     pass
    >>> with device("gpu:0"):
    ...     pass
    Traceback (most recent call last):
    ValueError: device: everything is computed on the CPU: leave it out, or pass 'cpu'. Received: 'gpu:0'
    """
    text = checks.text("device", "device_name", device_name)
    if not re.fullmatch(r"/?(device:)?cpu(:0)?", text, re.IGNORECASE):
        raise ValueError(
            "device: everything is computed on the CPU: leave it out, or pass 'cpu'. "
            f"Received: {checks.shown(device_name)}"
        )
    yield
