"""What all loaders of files have in common."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

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


@contextmanager
def loading(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn whatever a malformed file leads to into a ValueError that names the file and the cause.

    >>> with loading("model.safetensors"):
    ...     {}["layers"]
    Traceback (most recent call last):
    ValueError: 'model.safetensors' cannot be loaded: KeyError: 'layers'
    """
    try:
        yield
    except _MALFORMED as error:
        cause = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
        raise ValueError(f"'{os.fspath(path)}' cannot be loaded: {cause}") from error
