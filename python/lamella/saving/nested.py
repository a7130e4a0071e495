"""Nested states whose arrays lie beside them: JSON keeps the rest."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella._types import Array

_ARRAY, _FLOATS = "array in", "floats in"
"""Keys of what stands in for an array, and for a long list of numbers."""

_LONG = 32


def separate(value: Any, name: str, tensors: dict[str, Array]) -> Any:
    """Replace arrays, and long lists of floats, by references; the arrays go into `tensors`.

    Args:
        value: dictionaries, lists and tuples of JSON values and arrays.
        name: name of the tensors, for the message too.
        tensors: gets the arrays under their names.

    Raises:
        TypeError: for a value of another type.

    >>> tensors = {}
    >>> separate({"best": 0.5, "weights": [np.zeros(3)]}, "state", tensors)
    {'best': 0.5, 'weights': [{'array in': 'state.weights.0'}]}
    >>> join({"weights": [{"array in": "state.weights.0"}]}, tensors)
    {'weights': [array([0., 0., 0.])]}
    """
    if isinstance(value, dict):
        return {str(key): separate(entry, f"{name}.{key}", tensors) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        if len(value) >= _LONG and all(type(entry) is float for entry in value):
            tensors[name] = np.array(value, np.float64)
            return {_FLOATS: name}
        return [separate(entry, f"{name}.{index}", tensors) for index, entry in enumerate(value)]
    if isinstance(value, np.ndarray):
        tensors[name] = np.ascontiguousarray(value)
        return {_ARRAY: name}
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"'{name}' is a {type(value).__name__}, which cannot be written into a file: {value!r}")


def join(value: Any, tensors: dict[str, Array]) -> Any:
    """Put the arrays back where `separate` took them from."""
    if isinstance(value, dict):
        if set(value) == {_ARRAY}:
            return tensors[value[_ARRAY]]
        if set(value) == {_FLOATS}:
            return tensors[value[_FLOATS]].tolist()
        return {key: join(entry, tensors) for key, entry in value.items()}
    if isinstance(value, list):
        return [join(entry, tensors) for entry in value]
    return value
