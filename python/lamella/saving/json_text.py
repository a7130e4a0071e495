"""JSON from files that nobody vouches for."""

from __future__ import annotations

import json
from typing import Any

_MAX_VALUES = 200_000
"""Values in a text: Python takes about 60 bytes for each, however short it is in the text."""


def require_few_values(text: bytes, what: str, file_size: int = 0) -> None:
    """Raise ValueError where JSON holds more values than a loader takes; larger files may hold more."""
    most = _MAX_VALUES + file_size // 50
    if sum(text.count(mark) for mark in (b",", b"[", b"{")) > most:
        raise ValueError(f"{what} holds more than {most} values")


def parse_json(text: bytes, what: str, file_size: int = 0) -> Any:
    """Parse JSON whose size in memory and depth are bounded.

    Args:
        text: UTF-8.
        what: what it is, for error messages: "config.json".
        file_size: bytes of the file it is in.

    Raises:
        ValueError: when it is not JSON, says a key twice, is too deep or holds too many values.

    >>> parse_json(b'{"a": [1, 2]}', "the header")
    {'a': [1, 2]}
    """
    require_few_values(text, what, file_size)
    try:
        return json.loads(text.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_number)
    except RecursionError:
        raise ValueError(f"{what} is nested too deeply") from None
    except ValueError as error:  # also of decoding
        raise ValueError(f"{what} is not valid JSON: {error}") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) < len(pairs):
        raise ValueError("a key appears twice")
    return entries


def _number(name: str) -> float:
    """NaN and infinities, which Keras and Python write into what is otherwise JSON."""
    return float(name)


def write_json(value: Any) -> str:
    """The shortest text of a config; tuples become lists, NumPy's numbers numbers.

    Raises:
        TypeError: for a value that JSON has no form for.

    >>> import numpy as np
    >>> write_json({"units": np.int64(3), "shape": (1, 2)})
    '{"units":3,"shape":[1,2]}'
    """
    return json.dumps(value, separators=(",", ":"), default=as_plain)


def as_plain(value: Any) -> Any:
    """A number or list for one of NumPy's; raises TypeError for anything else."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{value!r} of type {type(value).__name__} cannot be written as JSON")
