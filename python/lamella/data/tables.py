"""Tables, as pandas and polars have them, column by column."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella.base.types import Array
from lamella.data import elements


def is_table(value: Any) -> bool:
    """Whether it has columns with a type each."""
    return hasattr(value, "columns") and hasattr(value, "dtypes")


def is_column(value: Any) -> bool:
    """Whether it is a column of a table, with values that may be missing."""
    return hasattr(value, "isna") and hasattr(value, "dtype")


def table_to_array(name: str, table: Any) -> Array:
    """The numbers of all columns, in the smallest type that holds them all.

    Raises:
        TypeError: for a column that does not hold real numbers.
        ValueError: for one in which a number is missing.
    """
    if len(set(map(str, table.dtypes))) == 1:
        array = np.asarray(table)
        if array.dtype.kind in elements.NUMERIC:
            return array
    named = table.items() if hasattr(table, "items") else ((label, table[label]) for label in table.columns)
    columns = [column_to_array(f"{name}, column {label!r},", column) for label, column in named]
    return np.stack(columns, axis=1) if columns else np.empty((len(table), 0))


def column_to_array(name: str, column: Any) -> Array:
    """The numbers of a column.

    Raises:
        TypeError: when it does not hold real numbers.
        ValueError: when a number is missing.
    """
    array = np.asarray(column)
    if array.dtype.kind in elements.NUMERIC:
        return array
    if getattr(column.dtype, "kind", "O") in elements.NUMERIC:  # of a type that knows missing values
        missing = np.flatnonzero(column.isna())
        if missing.size:
            raise ValueError(f"{name} has no number in {elements.place((missing[0],))}. Fill it: .fillna(0)")
        return np.asarray(column.to_numpy(dtype=column.dtype.numpy_dtype))
    raise elements.refusal(name, array)
