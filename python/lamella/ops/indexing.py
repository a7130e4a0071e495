"""Operations that pick numbers by their places, or put numbers there."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from lamella.base.checks import choice
from lamella.base.types import Array
from lamella.ops.conversion import array, dtype_of, promoted
from lamella.ops.definition import operation, structured

__all__ = [
    "get_item",
    "multi_hot",
    "nonzero",
    "one_hot",
    "scatter",
    "scatter_update",
    "select",
    "slice",
    "slice_update",
    "take",
    "take_along_axis",
    "unravel_index",
    "where",
]

_REDUCTIONS = {"add": np.add, "max": np.maximum, "min": np.minimum, "mul": np.multiply}


@structured
def where(condition: Any, x1: Any = None, x2: Any = None) -> Any:
    """`x1` where the condition holds, else `x2`; without them the places where it holds, as `nonzero`.

    >>> where([True, False], [1, 2], 0).tolist()
    [1, 0]
    """
    chosen = array(condition)
    if x1 is None or x2 is None:
        return _places(chosen)
    return np.where(chosen, *promoted(x1, x2))


@structured
def nonzero(x: Any) -> tuple[Array, ...]:
    """The places of what is not 0: an array of indices for each axis.

    >>> [indices.tolist() for indices in nonzero([0, 5, 7])]
    [[1, 2]]
    """
    return _places(array(x))


def _places(values: Array) -> tuple[Array, ...]:
    return tuple(indices.astype("int32") for indices in np.nonzero(values))


@operation
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Array:
    """The number of the first condition that holds, else the default.

    >>> select([[True, False], [True, True]], [[1, 2], [3, 4]]).tolist()
    [1, 4]
    """
    *choices, other = promoted(*choicelist, default)
    return np.select([array(one).astype(bool) for one in condlist], choices, other)


@operation
def get_item(x: Any, key: Any) -> Array:
    """`x[key]`.

    >>> int(get_item([1, 2, 3], -1))
    3
    """
    return np.asarray(array(x)[key])


@operation
def take(x: Any, indices: Any, axis: Any = None) -> Array:
    """Entries along an axis by their indices; of the flattened array where none is named.

    Raises:
        ValueError: for an index that is out of range.

    >>> take([10, 20, 30], [2, 0]).tolist()
    [30, 10]
    """
    return np.take(array(x), _indices(indices), axis)


@operation
def take_along_axis(x: Any, indices: Any, axis: Any = None) -> Array:
    """Entries along an axis by indices that differ from row to row, as `argsort` gives them.

    >>> take_along_axis([[3, 1]], [[1, 0]], axis=1).tolist()
    [[1, 3]]
    """
    return np.take_along_axis(array(x), _indices(indices), axis)


def _indices(indices: Any) -> Array:
    values = array(indices)
    if values.dtype.kind not in "iu":
        raise TypeError(f"'indices' must be whole numbers. Received: dtype {values.dtype}")
    return values


@structured
def unravel_index(indices: Any, shape: Any) -> tuple[Array, ...]:
    """Indices of the flattened array as indices of each axis.

    >>> [int(index) for index in unravel_index(5, (2, 3))]
    [1, 2]
    """
    values = _indices(indices)
    return tuple(np.asarray(axis, values.dtype) for axis in np.unravel_index(values, shape))


@operation
def slice(inputs: Any, start_indices: Any, shape: Any) -> Array:
    """A block of so many entries of each axis, from where it starts; -1 as a length takes the rest.

    Raises:
        ValueError: unless there is a start and a length for each axis, and the block lies within the array.

    >>> slice([[1, 2, 3], [4, 5, 6]], (0, 1), (2, 2)).tolist()
    [[2, 3], [5, 6]]
    """
    values = array(inputs)
    starts = [int(start) for start in start_indices]
    if not len(starts) == len(shape) == values.ndim:
        raise ValueError(
            f"'start_indices' and 'shape' need a number for each of the {values.ndim} axes. "
            f"Received: {start_indices} and {shape}"
        )
    lengths = [
        n - start if length == -1 else int(length)
        for n, start, length in zip(values.shape, starts, shape, strict=True)
    ]
    return values[_block(values, starts, lengths)]


@operation
def slice_update(inputs: Any, start_indices: Any, updates: Any) -> Array:
    """A copy of the array with a block of it replaced.

    >>> slice_update([0, 0, 0], (1,), [5, 6]).tolist()
    [0, 5, 6]
    """
    values = array(inputs)
    block = array(updates, values.dtype)
    starts = [int(start) for start in start_indices]
    if not len(starts) == block.ndim == values.ndim:
        raise ValueError(
            f"'start_indices' and 'updates' need as many axes as the array, {values.ndim}. "
            f"Received: {len(starts)} and {block.ndim}"
        )
    changed = values.copy()
    changed[_block(values, starts, block.shape)] = block
    return changed


def _block(values: Array, starts: Any, lengths: Any) -> tuple[builtins.slice, ...]:
    for n, start, length in zip(values.shape, starts, lengths, strict=True):
        if start < 0 or length < 0 or start + length > n:
            raise ValueError(
                f"the block from {tuple(starts)} of shape {tuple(lengths)} does not lie within {values.shape}"
            )
    return tuple(builtins.slice(start, start + length) for start, length in zip(starts, lengths, strict=True))


@operation
def scatter(indices: Any, values: Any, shape: Any) -> Array:
    """Zeros of a shape, with values added at places.

    Args:
        indices: places, shape (..., n) for the first n axes.
        values: numbers or blocks for these places.
        shape: shape of the result.

    >>> scatter([[0], [2], [2]], [1, 2, 3], (3,)).tolist()
    [1, 0, 5]
    """
    places, numbers = _indices(indices), array(values)
    depth = places.shape[-1]
    result = np.zeros(tuple(shape), numbers.dtype)
    where_to = tuple(places.reshape(-1, depth).T)
    np.add.at(result, where_to, numbers.reshape(-1, *result.shape[depth:]))
    return result


@operation
def scatter_update(inputs: Any, indices: Any, updates: Any, reduction: str | None = None) -> Array:
    """A copy of the array with other numbers at places.

    Args:
        inputs: an array.
        indices: places, shape (places, n) for the first n axes.
        updates: numbers or blocks for these places.
        reduction: None, the default, to replace; "add", "max", "min" or "mul" to combine with what is there.

    >>> scatter_update([1, 2, 3], [[0], [2]], [10, 30]).tolist()
    [10, 2, 30]
    """
    changed = array(inputs).copy()
    places = tuple(_indices(indices).T)
    numbers = array(updates, changed.dtype)
    if choice("scatter_update", "reduction", reduction, (None, *_REDUCTIONS)) is None:
        changed[places] = numbers
    else:
        _REDUCTIONS[str(reduction)].at(changed, places, numbers)
    return changed


@operation
def one_hot(x: Any, num_classes: int, axis: int = -1, dtype: Any = None, sparse: bool = False) -> Array:
    """Classes as rows with a single 1; a class that is out of range has none.

    Args:
        x: whole numbers.
        num_classes: how many classes there are.
        axis: where the axis of the classes goes. Defaults to the last.
        dtype: type of the result; `config.floatx()` by default.
        sparse: only False.

    >>> one_hot([1, -1], 3).tolist()
    [[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
    """
    if sparse:
        raise ValueError("'sparse' must be False: arrays are dense here")
    classes = _indices(x)
    rows = classes[..., None] == np.arange(num_classes)
    return np.moveaxis(rows.astype(dtype_of(dtype)), -1, axis)


@operation
def multi_hot(
    inputs: Any,
    num_classes: int | None = None,
    axis: int = -1,
    dtype: Any = None,
    sparse: bool = False,
    **kwargs: Any,
) -> Array:
    """The classes that rows hold, as ones in a row of zeros.

    Args:
        inputs: whole numbers, shape (classes,) or (rows, classes).
        num_classes: how many classes there are.
        axis: where the axis of the classes goes. Defaults to the last.
        dtype: type of the result; `config.floatx()` by default.
        sparse: only False.

    >>> multi_hot([0, 2], 3).tolist()
    [1.0, 0.0, 1.0]
    """
    count = kwargs.pop("num_tokens", num_classes)
    if kwargs or count is None:
        raise TypeError(f"needs 'num_classes'. Received: {', '.join(kwargs) or 'none'}")
    rows = one_hot(inputs, count, axis, dtype, sparse)
    return np.max(rows, axis=1 if array(inputs).ndim > 1 else 0)
