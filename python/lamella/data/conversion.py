"""One array of real numbers out of what people pass: lists, tables, tensors of other libraries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from lamella.base.checks import shown
from lamella.base.results import ArrayResult
from lamella.base.types import Array
from lamella.data import elements, tables
from lamella.data.elements import NUMERIC

NameOf: TypeAlias = Callable[[str], str | None]
"""What the entry of a dictionary passed as "x", "y" or "sample_weight" must be called, None for any name."""


def as_numbers(name: str, value: Any, name_of: NameOf | None = None) -> Array:
    """Return the array behind `value`, which is copied only where it has to be converted.

    Args:
        name: what users call it: "x".
        value: an array, anything with `__array__`, a table, nested lists of numbers, or a list, tuple or
            dictionary of one of these.
        name_of: what its entry in a dictionary must be called, None for any name.

    Raises:
        TypeError: when it does not hold real numbers.
        ValueError: when it has no rows, or is not one array.

    >>> as_numbers("x", [[1, 2]]).shape, as_numbers("x", [np.zeros((3, 2))]).shape
    ((1, 2), (3, 2))
    """
    array: Array = value
    if type(value) is not np.ndarray or not ((dtype := value.dtype).isnative and dtype.kind in NUMERIC):
        array = to_array(name, only(name, value, name_of))
    if array.ndim == 0:
        raise ValueError(f"{name} must have at least one axis, the samples. Received: a single number")
    if array.shape[0] == 0:
        raise ValueError(f"{name} holds no samples. Received: an array of shape {array.shape}")
    return array


def to_array(name: str, value: Any) -> Array:
    """Return the array of real numbers behind `value`, of any shape.

    Raises:
        TypeError: when it does not hold real numbers.
        ValueError: when some are missing.
    """
    array = value if type(value) is np.ndarray else _convert(name, value)
    dtype = array.dtype
    if dtype.kind not in NUMERIC:
        if array.ndim == 0:
            raise TypeError(f"{name} must be an array of real numbers. Received: {shown(value)}")
        raise elements.refusal(name, array)
    return array if dtype.isnative else array.astype(dtype.newbyteorder("="))


def only(name: str, value: Any, name_of: NameOf | None = None) -> Any:
    """The one member of a list, tuple or dictionary of arrays; anything else as it is.

    Args:
        name: what users call it: "x".
        value: what they passed.
        name_of: what its entry in a dictionary must be called, None for any name.

    Raises:
        ValueError: when there are several arrays, or the entry has another name.
    """
    what = "output" if name in ("y", "sample_weight") else "input"
    if isinstance(value, Mapping):
        key = None if name_of is None else name_of(name)
        if len(value) == 1 and (key is None or key in value):
            return next(iter(value.values()))
        wanted = f"one array, for there is one {what}" + (f", named '{key}'" if key else "")
        raise ValueError(f"{name} must be {wanted}. Received: a dictionary with the keys {list(value)}")
    if not isinstance(value, (list, tuple)) or not value or not is_array(value[0]):
        return value
    if len(value) > 1:
        shapes = ", ".join(str(tuple(getattr(member, "shape", ()))) for member in value[:3])
        raise ValueError(
            f"{name} must be one array, for there is one {what}. Received: a {type(value).__name__} of "
            f"{len(value)} arrays, of shapes {shapes}{', ...' if len(value) > 3 else ''}. "
            f"Where they are rows of one array, pass np.stack({name})"
        )
    return value[0]


def is_array(value: Any) -> bool:
    """Whether it is an array of some library with axes: neither a number nor a list."""
    return hasattr(value, "shape") and tuple(value.shape) != ()


def is_sparse(value: Any) -> bool:
    """Whether it is a sparse matrix, by what scipy's have."""
    return hasattr(value, "tocsr") and hasattr(value, "toarray")


def _convert(name: str, value: Any) -> Array:
    if type(value) is ArrayResult:
        return value.numpy()
    if tables.is_table(value):
        return tables.table_to_array(name, value)
    if tables.is_column(value):
        return tables.column_to_array(name, value)
    if is_sparse(value):
        return np.asarray(value.toarray())
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        masked = np.argwhere(np.ma.getmaskarray(value))[0]
        raise ValueError(f"{name} has no number in {elements.place(tuple(masked))}. Fill it: .filled(0)")
    try:
        return np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:
        unequal = _unequal_rows(value)
        if unequal is not None:
            raise ValueError(f"{name} must have rows of one length. Received: {unequal}") from None
        raise TypeError(
            f"{name} must be an array of real numbers, such as float32. Received: {type(value).__name__}, "
            f"which does not turn into one: {error}"
        ) from error


def _unequal_rows(value: Any) -> str | None:
    """Which two rows of a list differ in length, None where that is not what is wrong with it."""
    if not isinstance(value, (list, tuple)):
        return None
    lengths = [len(row) if hasattr(row, "__len__") else 1 for row in value]
    for row, length in enumerate(lengths):
        if length != lengths[0]:
            return f"row 0 of length {lengths[0]}, row {row} of length {length}"
    return None
