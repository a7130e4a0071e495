"""What operations make of their arguments: arrays, and the type that several of them share.

Types are promoted as Keras has it: whole numbers never widen floating-point ones, numbers of Python's take
the type of the arrays beside them, and 64 bits stay only where an array brought them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from lamella.base import checks, config
from lamella.base.types import Array

_PYTHON = (bool, int, float, complex)
_KINDS = "biufc"


def result_type(*types: Any) -> np.dtype[Any]:
    """The common type of NumPy's types and of `bool`, `int`, `float`, `complex` for numbers of Python's.

    >>> result_type(np.dtype("int64"), np.dtype("float32")), result_type(np.dtype("uint8"), int)
    (dtype('float32'), dtype('uint8'))
    >>> result_type(np.dtype("int32"), float), result_type(int, int)
    (dtype('float32'), dtype('int32'))
    """
    return _common(config.floatx(), types)


@lru_cache
def _common(floatx: str, types: tuple[Any, ...]) -> np.dtype[Any]:
    of_python = {one for one in types if isinstance(one, type)}  # np.dtype("float64") == float holds
    strong = [np.dtype(one) for one in types if not isinstance(one, type)]
    floating = [one for one in strong if one.kind in "fc"]
    if complex in of_python:
        return np.result_type(np.complex64, *floating)
    if floating:
        return np.result_type(*floating)
    if float in of_python:
        return np.dtype(floatx)
    whole = [one for one in strong if one.kind in "iu"]
    if whole:
        common = np.result_type(*whole)  # a float for uint64 beside signed ones
        return common if common.kind in "iu" else np.dtype(floatx)
    return np.dtype("int32" if int in of_python else "bool")


def dtype_of(dtype: Any) -> np.dtype[Any]:
    """The NumPy type of what users pass as `dtype`; None is `config.floatx()`.

    >>> dtype_of("uint8"), dtype_of(None), dtype_of(int)
    (dtype('uint8'), dtype('float32'), dtype('int32'))
    """
    if dtype is None or dtype is float:
        return np.dtype(config.floatx())
    if dtype is int or (isinstance(dtype, str) and dtype == "int"):
        return np.dtype("int32")
    try:
        found: np.dtype[Any] = np.dtype(getattr(dtype, "name", dtype))
    except (TypeError, ValueError):
        raise ValueError(
            f"'dtype' must be a type such as 'float32'. Received: {checks.shown(dtype)}"
        ) from None
    if found.kind not in _KINDS:
        raise ValueError(f"'dtype' must be a type of numbers. Received: {checks.shown(dtype)}")
    return found


def array(x: Any, dtype: Any = None) -> Array:
    """The array of numbers behind x; Python's numbers and lists of them become 32 bits wide.

    >>> array([1, 2]).dtype, array([1.0, 2]).dtype, array(np.ones(2)).dtype
    (dtype('int32'), dtype('float32'), dtype('float64'))
    """
    if type(x) is np.ndarray and dtype is None and x.dtype.isnative and x.dtype.kind in _KINDS:
        return x  # what nearly all calls pass
    values = _numbers(x)
    if dtype is not None:
        return values.astype(dtype_of(dtype), copy=False)
    if not isinstance(x, (*_PYTHON, list, tuple)):
        return values
    types = _types_in(x)
    kind = result_type(*types) if types else np.dtype(config.floatx())
    if values.dtype.kind == "i" and kind == "int32" and _too_wide(values):
        return values
    return values.astype(kind, copy=False)


def promoted(*xs: Any, floating: bool = False) -> list[Array]:
    """The arrays behind the arguments, all in their common type, which may have to be a floating-point one.

    >>> [x.dtype.name for x in promoted(np.ones(2, "float32"), 0.5)]
    ['float32', 'float32']
    """
    arrays = [x if isinstance(x, _PYTHON) else array(x) for x in xs]
    types = [_type_of(x) for x in arrays]
    kind = result_type(*types, float) if floating else result_type(*types)
    return [np.asarray(x, kind) if isinstance(x, _PYTHON) else x.astype(kind, copy=False) for x in arrays]


def floats(x: Any) -> Array:
    """The array behind x, as floating-point numbers.

    >>> floats([1, 2]).dtype
    dtype('float32')
    """
    values = array(x)
    return values if values.dtype.kind in "fc" else values.astype(config.floatx())


def counts(x: Any) -> Array:
    """The array behind x, with truth values as whole numbers.

    >>> counts([True, False]).tolist()
    [1, 0]
    """
    values = array(x)
    return values.astype("int32") if values.dtype.kind == "b" else values


def axes(axis: Any) -> Any:
    """Axes as NumPy takes them: a tuple instead of a list."""
    return tuple(axis) if isinstance(axis, list) else axis


def _numbers(x: Any) -> Array:
    values = np.asarray([_leaf(one) for one in x] if isinstance(x, (list, tuple)) else x)
    if values.dtype.kind not in _KINDS:
        symbolic = ": operations compute at once, in a model layers do" if hasattr(x, "get_config") else ""
        raise TypeError(f"needs arrays of numbers{symbolic}. Received: {checks.shown(x)}")
    return values if values.dtype.isnative else values.astype(values.dtype.newbyteorder("="))


def _leaf(x: Any) -> Any:
    if isinstance(x, (list, tuple)):
        return [_leaf(one) for one in x]
    return x if isinstance(x, _PYTHON) else np.asarray(x)


def _types_in(x: Any) -> set[Any]:
    """The types of the numbers in nested lists: NumPy's, and Python's own."""
    if isinstance(x, (list, tuple)):
        return set().union(*map(_types_in, x))
    return {_type_of(x)}


def _type_of(x: Any) -> Any:
    if isinstance(x, np.ndarray):
        return x.dtype
    python = next((kind for kind in _PYTHON if isinstance(x, kind)), None)
    return python or np.asarray(x).dtype


def _too_wide(values: Array) -> bool:
    limits = np.iinfo("int32")
    return bool(values.size and (values.max() > limits.max or values.min() < limits.min))
