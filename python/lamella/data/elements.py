"""Elements that nothing can be trained on: which is the first, where it is, and what to do about it."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from lamella.base.checks import shown
from lamella.base.types import Array

_CURES = {
    "U": "Texts are no numbers: number them, or make a column of 0 and 1 for each",
    "M": "Dates become numbers by .astype('int64'), or by their year, day and so on",
    "m": "Durations become numbers by division: / np.timedelta64(1, 's')",
    "c": "Complex numbers are two: take .real and .imag, or abs()",
}
"""What to do, by the kind of the type."""

NUMERIC = "fiub"
"""The kinds of real and integer types, flags included."""

COMPUTED = frozenset(map(np.dtype, "?bBhHiIlLqQefdg"))
"""Those types, in the order of bytes of this machine: arrays of them are read as they are."""

_ROWS_AT_ONCE = 1 << 20  # elements looked at in one go, so that mapped files are never read as a whole


def place(index: tuple[int, ...]) -> str:
    """Where an element is.

    >>> place((9,)), place((9, 2)), place((9, 2, 0))
    ('row 9', 'row 9, column 2', 'row 9, position (2, 0)')
    """
    row, *inside = (int(axis) for axis in index)
    if not inside:
        return f"row {row}"
    return f"row {row}, column {inside[0]}" if len(inside) == 1 else f"row {row}, position {tuple(inside)}"


def refusal(name: str, array: Array) -> TypeError:
    """The error for an array that is not of a real or integer type.

    >>> str(refusal("x", np.array([[0.5, None]], dtype=object))).partition(". ")[2]
    "Received: dtype object, None in row 0, column 1. Convert it first: .astype('float32')"
    """
    kind = array.dtype.kind
    cure = _CURES.get(kind, "Convert it first: .astype('float32')")
    if array.dtype.names:
        cure = "Fields become columns by numpy.lib.recfunctions.structured_to_unstructured()"
    found = ""
    if array.size:
        index = _first_of_no_number(array)
        value = array[index]
        cure = _CURES["U"] if isinstance(value, str) else cure
        found = f", {str(value) if kind in 'mM' else shown(value.tolist() if kind == 'U' else value)}"
        found += f" in {place(index)}"
    return TypeError(f"{name} must hold real numbers. Received: dtype {array.dtype}{found}. {cure}")


def not_finite(name: str, array: Array | None, dtype: str) -> str | None:
    """What says which element is NaN or infinite in `dtype`, None where none is.

    >>> not_finite("x", np.array([[0.0, 1.0], [2.0, np.nan]]), "float32")
    'x holds nan in row 1, column 1'
    """
    if array is None or array.dtype.kind != "f":
        return None
    rows = max(1, _ROWS_AT_ONCE * len(array) // max(1, array.size))
    for start in range(0, len(array), rows):
        with np.errstate(over="ignore"):
            finite = np.isfinite(np.asarray(array[start : start + rows], dtype=dtype))
        if not finite.all():
            row, *inside = np.argwhere(~finite)[0]
            index = (start + int(row), *inside)
            value = array[index]
            what = f"{value}, which is infinite in {dtype}," if np.isfinite(value) else f"{value}"
            return f"{name} holds {what} in {place(index)}"
    return None


def _first_of_no_number(array: Array) -> tuple[int, ...]:
    """The index of the first element that is no real number, of the first at all where all are."""
    if array.dtype.kind == "O":
        for index in np.ndindex(array.shape):
            if not _is_number(array[index]):
                return index
    return (0,) * array.ndim


def _is_number(value: Any) -> bool:
    return isinstance(value, (numbers.Real, np.bool_))
