"""What all loaders of files have in common."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from lamella.base.custom_objects import custom_object_scope

_MALFORMED = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What constructors and parsers raise when a file holds something they were never given before."""


def loading(path: str | os.PathLike[str]) -> AbstractContextManager[None]:
    """Turn whatever a malformed file leads to into a ValueError that names the file and the cause.

    >>> with loading("model.safetensors"):
    ...     {}["layers"]
    Traceback (most recent call last):
    ValueError: 'model.safetensors' cannot be loaded: KeyError: 'layers'
    """
    return refusing(f"'{os.fspath(path)}'")


@contextmanager
def refusing(what: str) -> Iterator[None]:
    """As `loading`, for something that is not a file; `what` it is begins the message."""
    try:
        yield
    except _MALFORMED as error:
        raise ValueError(f"{what} cannot be loaded: {_cause(error)}") from error


@contextmanager
def compile_saved(custom_objects: dict[str, Any] | None) -> Iterator[None]:
    """Compile a model as it was when it was saved; what fails says how to load it all the same."""
    try:
        with custom_object_scope(custom_objects):
            yield
    except _MALFORMED as error:
        cause = _cause(error).rstrip(".")
        raise ValueError(
            f"it cannot be compiled as it was: {cause}. load_model(..., compile=False) loads it without"
        ) from error


def _cause(error: Exception) -> str:
    return str(error) if isinstance(error, (TypeError, ValueError)) else f"{type(error).__name__}: {error}"


def checked_seed(seed: Any) -> int:
    """The seed of a training in a file; raises ValueError for what the native core does not take."""
    if type(seed) is not int or not 0 <= seed < 1 << 32:
        raise ValueError(f"the seed must be an integer from 0 to 2**32 - 1. Received: {seed!r}")
    return seed
