"""Nested values whose arrays lie beside them: JSON keeps the rest."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella.base.types import Array

_ARRAY, _FLOATS, _INTEGERS, _ENTRIES = "array in", "floats in", "integers in", "entries"
"""Keys of what stands in for an array, for a long list of numbers, and for a dictionary with other keys."""

_LONG = 32
_REFERENCES = {_ARRAY, _FLOATS, _INTEGERS, _ENTRIES}
_WIDTHS = (8, 16, 32, 64)
_STORED = {"bool", "float16", "float32", "float64", *(f"{kind}int{w}" for kind in ("", "u") for w in _WIDTHS)}


def separate(value: Any, tensors: dict[str, Array], place: str = "") -> Any:
    """Replace arrays, and long lists of numbers, by references; the arrays go into `tensors`.

    Args:
        value: dictionaries, lists and tuples of JSON values and arrays.
        tensors: gets the arrays, as `values.0`, `values.1` ...
        place: where the value lies, for the message.

    Raises:
        ValueError: for a value of another type.

    >>> tensors = {}
    >>> separate({"best": 0.5, "weights": [np.zeros(3)], "seen": {1: True}}, tensors)
    {'best': 0.5, 'weights': [{'array in': 'values.0'}], 'seen': {'entries': [[1, True]]}}
    >>> join({"weights": [{"array in": "values.0"}], "seen": {"entries": [[1, True]]}}, tensors)
    {'weights': [array([0., 0., 0.])], 'seen': {1: True}}
    """
    if isinstance(value, dict):
        return _separate_dictionary(value, tensors, place)
    if isinstance(value, (list, tuple)):
        for key, kind, dtype in ((_FLOATS, float, np.float64), (_INTEGERS, int, np.int64)):
            if len(value) >= _LONG and all(type(entry) is kind for entry in value):
                return {key: _keep(np.array(value, dtype), tensors)}
        return [separate(entry, tensors, f"{place}[{index}]") for index, entry in enumerate(value)]
    if isinstance(value, np.ndarray) and value.dtype.name in _STORED:
        return {_ARRAY: _keep(np.asarray(value, order="C"), tensors)}
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise ValueError(f"{place.lstrip('.')} is {value!r}, which cannot be written into a file")


def _separate_dictionary(value: dict[Any, Any], tensors: dict[str, Array], place: str) -> dict[str, Any]:
    plain = all(isinstance(key, str) for key in value) and not _REFERENCES & set(value)
    entries = {key: separate(entry, tensors, f"{place}.{key}") for key, entry in value.items()}
    if plain:
        return entries
    return {_ENTRIES: [[separate(key, tensors, place), entry] for key, entry in entries.items()]}


def _keep(values: Array, tensors: dict[str, Array]) -> str:
    name = f"values.{len(tensors)}"
    tensors[name] = values
    return name


def join(value: Any, tensors: dict[str, Array]) -> Any:
    """Put the arrays back where `separate` took them from."""
    if isinstance(value, list):
        return [join(entry, tensors) for entry in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {_ARRAY}:
        return tensors[value[_ARRAY]]
    if set(value) in ({_FLOATS}, {_INTEGERS}):
        return tensors[next(iter(value.values()))].tolist()
    if set(value) == {_ENTRIES}:
        return {key: join(entry, tensors) for key, entry in value[_ENTRIES]}
    return {key: join(entry, tensors) for key, entry in value.items()}


def references(value: Any) -> set[str]:
    """Names of the arrays that `join` will ask for, as far as they are texts."""
    if isinstance(value, dict):
        if len(value) == 1 and set(value) <= {_ARRAY, _FLOATS, _INTEGERS}:
            name = next(iter(value.values()))
            return {name} if isinstance(name, str) else set()
        value = list(value.values())
    return set().union(*map(references, value)) if isinstance(value, list) else set()
