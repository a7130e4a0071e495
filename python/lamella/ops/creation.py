"""Arrays made from nothing but numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella.base.types import Array
from lamella.ops.conversion import array, dtype_of, promoted
from lamella.ops.definition import operation, structured

__all__ = [
    "arange",
    "empty",
    "empty_like",
    "eye",
    "full",
    "full_like",
    "geomspace",
    "identity",
    "linspace",
    "logspace",
    "meshgrid",
    "ones",
    "ones_like",
    "tri",
    "vander",
    "zeros",
    "zeros_like",
]


@operation
def zeros(shape: Any, dtype: Any = None) -> Array:
    """An array of zeros, of type `config.floatx()` by default.

    >>> zeros((2,)).tolist()
    [0.0, 0.0]
    """
    return np.zeros(shape, dtype_of(dtype))


@operation
def ones(shape: Any, dtype: Any = None) -> Array:
    """An array of ones, of type `config.floatx()` by default.

    >>> ones((2,), "int32").tolist()
    [1, 1]
    """
    return np.ones(shape, dtype_of(dtype))


@operation
def empty(shape: Any, dtype: Any = None) -> Array:
    """An array whose numbers are to be written, of type `config.floatx()` by default.

    >>> empty((2, 3)).shape
    (2, 3)
    """
    return np.empty(shape, dtype_of(dtype))


@operation
def full(shape: Any, fill_value: Any, dtype: Any = None) -> Array:
    """An array of one number, of type `config.floatx()` by default.

    >>> full((2,), 7).tolist()
    [7.0, 7.0]
    """
    return np.full(shape, array(fill_value), dtype_of(dtype))


@operation
def zeros_like(x: Any, dtype: Any = None) -> Array:
    """Zeros in the shape of x, and in its type unless another is given.

    >>> zeros_like([1, 2]).tolist()
    [0, 0]
    """
    return np.zeros_like(array(x, dtype))


@operation
def ones_like(x: Any, dtype: Any = None) -> Array:
    """Ones in the shape of x, and in its type unless another is given.

    >>> ones_like([3.0]).tolist()
    [1.0]
    """
    return np.ones_like(array(x, dtype))


@operation
def empty_like(x: Any, dtype: Any = None) -> Array:
    """An array to be written in the shape of x, and in its type unless another is given.

    >>> empty_like([1, 2]).shape
    (2,)
    """
    return np.empty_like(array(x, dtype))


@operation
def full_like(x: Any, fill_value: Any, dtype: Any = None) -> Array:
    """One number in the shape of x, and in its type unless another is given.

    >>> full_like([1, 2], 7).tolist()
    [7, 7]
    """
    return np.full_like(array(x, dtype), array(fill_value))


@operation
def arange(start: Any, stop: Any = None, step: Any = None, dtype: Any = None) -> Array:
    """Numbers from `start`, by steps, up to `stop`, which is left out; up to `start` where that is alone.

    >>> arange(3).tolist(), arange(1.0, 2.0, 0.5).tolist()
    ([0, 1, 2], [1.0, 1.5])
    """
    given = [one for one in (start, stop, step) if one is not None]
    kind = promoted(*given)[0].dtype if dtype is None else dtype_of(dtype)
    first, last = (0, start) if stop is None else (start, stop)
    return np.arange(first, last, 1 if step is None else step, kind)


@structured
def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """So many numbers at equal distances, from `start` to `stop`.

    Args:
        start, stop: numbers, or arrays that are broadcast.
        num: how many. Defaults to 50.
        endpoint: whether `stop` is the last one. Defaults to True.
        retstep: whether to return the distance too. Defaults to False.
        dtype: the type; that of the limits by default, as a floating-point one.
        axis: where the numbers go in the result.

    >>> linspace(0, 1, 3).tolist()
    [0.0, 0.5, 1.0]
    """
    kind = _kind(start, stop, dtype)
    return np.linspace(start, stop, num, endpoint=endpoint, retstep=retstep, dtype=kind, axis=axis)


@operation
def logspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    base: Any = 10,
    dtype: Any = None,
    axis: int = 0,
) -> Array:
    """`base` to the power of `linspace`.

    >>> logspace(0, 2, 3).tolist()
    [1.0, 10.0, 100.0]
    """
    return np.logspace(start, stop, num, endpoint, base, dtype=_kind(start, stop, dtype), axis=axis)


@operation
def geomspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0
) -> Array:
    """So many numbers of equal ratios, from `start` to `stop`; see `linspace`.

    >>> geomspace(1, 4, 3).tolist()
    [1.0, 2.0, 4.0]
    """
    return np.geomspace(start, stop, num, endpoint, dtype=_kind(start, stop, dtype), axis=axis)


def _kind(start: Any, stop: Any, dtype: Any) -> Any:
    return promoted(start, stop, floating=True)[0].dtype if dtype is None else dtype_of(dtype)


@operation
def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Array:  # noqa: N803  # Keras's names
    """N rows of M numbers: ones on the k-th diagonal, zeros elsewhere.

    >>> eye(2).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    return np.eye(N, M, k, dtype_of(dtype))


@operation
def identity(n: int, dtype: Any = None) -> Array:
    """The identity matrix of so many rows.

    >>> identity(2).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    return np.identity(n, dtype_of(dtype))


@operation
def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Array:  # noqa: N803  # Keras's names
    """N rows of M numbers: ones up to the k-th diagonal, zeros above.

    >>> tri(2).tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """
    return np.tri(N, M, k, dtype_of(dtype))


@operation
def meshgrid(*x: Any, indexing: str = "xy") -> list[Array]:
    """The coordinates of a grid.

    Args:
        x: an array of one axis for each axis of the grid.
        indexing: "xy", the default, where the first two axes are swapped, or "ij".

    >>> [grid.tolist() for grid in meshgrid([1, 2], [3])]
    [[[1, 2]], [[3, 3]]]
    """
    return list(np.meshgrid(*map(array, x), indexing=indexing))


@operation
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Array:  # noqa: N803  # Keras's name
    """The powers of each number, from the highest down by default.

    >>> vander([2, 3], 3).tolist()
    [[4, 2, 1], [9, 3, 1]]
    """
    values = array(x)
    return np.vander(values, N, increasing).astype(values.dtype, copy=False)
