"""What arrays are: making them, their type and shape."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella.base.array_like import ArrayLike
from lamella.base.types import Array
from lamella.ops import conversion
from lamella.ops.conversion import dtype_of
from lamella.ops.definition import checked, operation

__all__ = [
    "array",
    "cast",
    "convert_to_numpy",
    "convert_to_tensor",
    "dtype",
    "is_tensor",
    "saturate_cast",
    "shape",
    "stop_gradient",
    "view",
]


@operation
def convert_to_tensor(
    x: Any, dtype: Any = None, sparse: bool | None = None, ragged: bool | None = None
) -> Array:
    """The array of numbers behind x: lists, variables, arrays of other libraries.

    Args:
        x: what holds numbers.
        dtype: the type; of x where it has one, else 32 bits wide.
        sparse, ragged: only None and False.

    Raises:
        TypeError: for what holds something else than numbers.

    >>> convert_to_tensor([1.0, 2.0]).dtype
    dtype('float32')
    """
    if sparse or ragged:
        raise ValueError("'sparse' and 'ragged' must be False: arrays are dense here")
    return conversion.array(x, dtype)


@operation
def array(x: Any, dtype: Any = None) -> Array:
    """As `convert_to_tensor`.

    >>> array([1, 2]).dtype
    dtype('int32')
    """
    return conversion.array(x, dtype)


@checked
def convert_to_numpy(x: Any) -> Array:
    """A copy of the numbers, as a plain array of NumPy's.

    >>> convert_to_numpy([1.0]).tolist()
    [1.0]
    """
    return np.array(conversion.array(x))


@operation
def cast(x: Any, dtype: Any) -> Array:
    """The numbers in another type.

    >>> cast([1.7, -1.7], "int32").tolist()
    [1, -1]
    """
    return conversion.array(x, dtype)


@operation
def saturate_cast(x: Any, dtype: Any) -> Array:
    """The numbers in another type, those that it does not hold as its smallest or largest.

    >>> saturate_cast([-1.0, 300.0], "uint8").tolist()
    [0, 255]
    """
    values, kind = conversion.array(x), dtype_of(dtype)
    if kind.kind == "b":
        return np.clip(values, 0, 1).astype(bool)
    limits: Any = np.iinfo(kind) if kind.kind in "iu" else np.finfo(kind)
    own: Any = values.dtype.kind in "iu" and np.iinfo(values.dtype)
    least, most = (max(limits.min, own.min), min(limits.max, own.max)) if own else (limits.min, limits.max)
    return np.clip(conversion.counts(values), least, most).astype(kind)


@operation
def view(x: Any, dtype: Any = None) -> Array:
    """The same bytes read as another type.

    >>> view(np.float32([1.0]), "int32").tolist()
    [1065353216]
    """
    return conversion.array(x).view(dtype_of(dtype))


@operation
def stop_gradient(variable: Any) -> Array:
    """The numbers as they are: operations keep no gradient.

    >>> float(stop_gradient(3.0))
    3.0
    """
    return conversion.array(variable)


@checked
def shape(x: Any) -> tuple[int, ...]:
    """The lengths of the axes.

    >>> shape([[1, 2]])
    (1, 2)
    """
    return conversion.array(x).shape


@checked
def dtype(x: Any) -> str:
    """The name of the type.

    >>> dtype([1.0])
    'float32'
    """
    return conversion.array(x).dtype.name


def is_tensor(x: Any) -> bool:
    """Whether it is an array, not a list or a number of Python's.

    >>> is_tensor(np.zeros(2)), is_tensor([0.0])
    (True, False)
    """
    return isinstance(x, (np.ndarray, np.generic, ArrayLike))
