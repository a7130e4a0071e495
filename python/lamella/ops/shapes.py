"""Operations that move numbers about: shapes, axes, joining and splitting."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella.base.types import Array
from lamella.ops.conversion import array, axes, promoted
from lamella.ops.definition import checked, operation

__all__ = [
    "append",
    "array_split",
    "broadcast_to",
    "concatenate",
    "copy",
    "diag",
    "diagflat",
    "diagonal",
    "dsplit",
    "dstack",
    "expand_dims",
    "flip",
    "fliplr",
    "flipud",
    "hsplit",
    "hstack",
    "moveaxis",
    "ndim",
    "pad",
    "ravel",
    "repeat",
    "reshape",
    "roll",
    "rot90",
    "size",
    "split",
    "squeeze",
    "stack",
    "swapaxes",
    "tile",
    "transpose",
    "tril",
    "triu",
    "unstack",
    "vsplit",
    "vstack",
]


@operation
def reshape(x: Any, newshape: Any) -> Array:
    """The numbers in another shape; -1 stands for one length that follows from the others.

    >>> reshape([1, 2, 3, 4], (2, -1)).tolist()
    [[1, 2], [3, 4]]
    """
    return np.reshape(array(x), newshape)


@operation
def ravel(x: Any) -> Array:
    """The numbers along one axis.

    >>> ravel([[1], [2]]).tolist()
    [1, 2]
    """
    return np.ravel(array(x))


@operation
def transpose(x: Any, axes: Any = None) -> Array:
    """The axes in another order, the reverse one by default.

    >>> transpose([[1, 2], [3, 4]]).tolist()
    [[1, 3], [2, 4]]
    """
    return np.transpose(array(x), axes)


@operation
def swapaxes(x: Any, axis1: int, axis2: int) -> Array:
    """Two axes swapped.

    >>> swapaxes([[1, 2]], 0, 1).tolist()
    [[1], [2]]
    """
    return np.swapaxes(array(x), axis1, axis2)


@operation
def moveaxis(x: Any, source: Any, destination: Any) -> Array:
    """Axes moved to other places, the others kept in order.

    >>> moveaxis(np.zeros((2, 3, 4)), 0, -1).shape
    (3, 4, 2)
    """
    return np.moveaxis(array(x), source, destination)


@operation
def expand_dims(x: Any, axis: Any) -> Array:
    """New axes of length 1.

    >>> expand_dims([1, 2], -1).tolist()
    [[1], [2]]
    """
    return np.expand_dims(array(x), axes(axis))


@operation
def squeeze(x: Any, axis: Any = None) -> Array:
    """Without axes of length 1: those named, or all.

    >>> squeeze([[1], [2]]).tolist()
    [1, 2]
    """
    return np.squeeze(array(x), axes(axis))


@operation
def broadcast_to(x: Any, shape: Any) -> Array:
    """The numbers repeated to a shape; the result is to be read only.

    >>> broadcast_to([1, 2], (2, 2)).tolist()
    [[1, 2], [1, 2]]
    """
    return np.broadcast_to(array(x), shape)


@operation
def copy(x: Any) -> Array:
    """A copy.

    >>> copy([1]).tolist()
    [1]
    """
    return np.copy(array(x))


@operation
def concatenate(xs: Any, axis: Any = 0) -> Array:
    """Arrays joined along an axis that they have.

    >>> concatenate([[1, 2], [3]]).tolist()
    [1, 2, 3]
    """
    return np.concatenate(promoted(*xs), axis)


@operation
def append(x1: Any, x2: Any, axis: Any = None) -> Array:
    """Two arrays joined along an axis; flattened first where none is named.

    >>> append([1], [2, 3]).tolist()
    [1, 2, 3]
    """
    return np.append(*promoted(x1, x2), axis)


@operation
def stack(x: Any, axis: int = 0) -> Array:
    """Arrays of one shape joined along a new axis.

    >>> stack([[1, 2], [3, 4]], axis=1).tolist()
    [[1, 3], [2, 4]]
    """
    return np.stack(promoted(*x), axis)


@operation
def hstack(xs: Any) -> Array:
    """Arrays joined along the second axis, the first where that is the only one.

    >>> hstack([[1], [2]]).tolist()
    [1, 2]
    """
    return np.hstack(promoted(*xs))


@operation
def vstack(xs: Any) -> Array:
    """Arrays joined as rows.

    >>> vstack([[1], [2]]).tolist()
    [[1], [2]]
    """
    return np.vstack(promoted(*xs))


@operation
def dstack(xs: Any) -> Array:
    """Arrays joined along the third axis.

    >>> dstack([[1], [2]]).tolist()
    [[[1, 2]]]
    """
    return np.dstack(promoted(*xs))


@operation
def split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[Array]:
    """An array cut into so many equal parts, or before the indices that are given.

    >>> [part.tolist() for part in split([1, 2, 3], [1])]
    [[1], [2, 3]]
    """
    return np.split(array(x), _cuts(indices_or_sections), axis)


@operation
def array_split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[Array]:
    """As `split`, with parts that may differ by one in length.

    >>> [part.tolist() for part in array_split([1, 2, 3], 2)]
    [[1, 2], [3]]
    """
    return np.array_split(array(x), _cuts(indices_or_sections), axis)


@operation
def hsplit(x: Any, indices_or_sections: Any) -> list[Array]:
    """As `split`, along the second axis, the first where that is the only one.

    >>> [part.tolist() for part in hsplit([[1, 2]], 2)]
    [[[1]], [[2]]]
    """
    return np.hsplit(array(x), _cuts(indices_or_sections))


@operation
def vsplit(x: Any, indices_or_sections: Any) -> list[Array]:
    """As `split`, along the first axis of two or more.

    >>> [part.tolist() for part in vsplit([[1], [2]], 2)]
    [[[1]], [[2]]]
    """
    return np.vsplit(array(x), _cuts(indices_or_sections))


@operation
def dsplit(x: Any, indices_or_sections: Any) -> list[Array]:
    """As `split`, along the third axis.

    >>> [part.tolist() for part in dsplit([[[1, 2]]], 2)]
    [[[[1]]], [[[2]]]]
    """
    return np.dsplit(array(x), _cuts(indices_or_sections))


def _cuts(indices_or_sections: Any) -> Any:
    return indices_or_sections if isinstance(indices_or_sections, int) else np.asarray(indices_or_sections)


@operation
def unstack(x: Any, num: int | None = None, axis: int = 0) -> list[Array]:
    """The entries along an axis, without it.

    Args:
        x: an array.
        num: how many there are, where that is to be checked.
        axis: the axis. Defaults to the first.

    >>> [row.tolist() for row in unstack([[1, 2], [3, 4]])]
    [[1, 2], [3, 4]]
    """
    entries = list(np.moveaxis(array(x), axis, 0))
    if num is not None and num != len(entries):
        raise ValueError(f"'num' must be {len(entries)}, the length of axis {axis}. Received: {num}")
    return entries


@operation
def flip(x: Any, axis: Any = None) -> Array:
    """The entries along axes in reverse order; along all by default.

    >>> flip([1, 2, 3]).tolist()
    [3, 2, 1]
    """
    return np.flip(array(x), axes(axis))


@operation
def fliplr(x: Any) -> Array:
    """The columns in reverse order.

    >>> fliplr([[1, 2]]).tolist()
    [[2, 1]]
    """
    return np.fliplr(array(x))


@operation
def flipud(x: Any) -> Array:
    """The rows in reverse order.

    >>> flipud([[1], [2]]).tolist()
    [[2], [1]]
    """
    return np.flipud(array(x))


@operation
def rot90(array: Any, k: int = 1, axes: Any = (0, 1)) -> Array:
    """Turned by so many right angles, from the first of two axes towards the second.

    >>> rot90(np.array([[1, 2], [3, 4]])).tolist()
    [[2, 4], [1, 3]]
    """
    return np.rot90(promoted(array)[0], k, axes)


@operation
def roll(x: Any, shift: Any, axis: Any = None) -> Array:
    """Entries moved along an axis; what leaves at the end comes back at the beginning.

    >>> roll([1, 2, 3], 1).tolist()
    [3, 1, 2]
    """
    return np.roll(array(x), shift, axes(axis))


@operation
def repeat(x: Any, repeats: Any, axis: Any = None) -> Array:
    """Each entry along an axis so many times; of the flattened array where none is named.

    >>> repeat([1, 2], 2).tolist()
    [1, 1, 2, 2]
    """
    return np.repeat(array(x), np.asarray(repeats), axis)


@operation
def tile(x: Any, repeats: Any) -> Array:
    """The whole array so many times, along each axis that is named.

    >>> tile([1, 2], 2).tolist()
    [1, 2, 1, 2]
    """
    return np.tile(array(x), repeats)


@operation
def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = None) -> Array:
    """More entries before and after those of each axis.

    Args:
        x: an array.
        pad_width: pairs (before, after), one for each axis; or a pair or number for all of them.
        mode: "constant", "reflect", "symmetric", "edge" or another mode of NumPy's.
        constant_values: what to pad with. Defaults to 0.

    Raises:
        ValueError: for `constant_values` in another mode.

    >>> pad([1, 2], (1, 0)).tolist()
    [0, 1, 2]
    """
    if constant_values is None:
        return np.pad(array(x), pad_width, mode)
    if mode != "constant":
        raise ValueError(f"'constant_values' belong to mode='constant'. Received: mode={mode!r}")
    return np.pad(array(x), pad_width, constant_values=constant_values)


@operation
def diag(x: Any, k: int = 0) -> Array:
    """The k-th diagonal of a matrix, or the matrix with x on it.

    >>> diag([1, 2]).tolist()
    [[1, 0], [0, 2]]
    """
    return np.diag(array(x), k)


@operation
def diagflat(x: Any, k: int = 0) -> Array:
    """The matrix with all numbers of x on its k-th diagonal.

    >>> diagflat([[1, 2]]).tolist()
    [[1, 0], [0, 2]]
    """
    return np.diagflat(array(x), k)


@operation
def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Array:
    """The diagonals along two axes.

    >>> diagonal([[1, 2], [3, 4]]).tolist()
    [1, 4]
    """
    return np.diagonal(array(x), offset, axis1, axis2)


@operation
def tril(x: Any, k: int = 0) -> Array:
    """The numbers up to the k-th diagonal, zeros above.

    >>> tril([[1, 2], [3, 4]]).tolist()
    [[1, 0], [3, 4]]
    """
    return np.tril(array(x), k)


@operation
def triu(x: Any, k: int = 0) -> Array:
    """The numbers from the k-th diagonal on, zeros below.

    >>> triu([[1, 2], [3, 4]]).tolist()
    [[1, 2], [0, 4]]
    """
    return np.triu(array(x), k)


@checked
def ndim(x: Any) -> int:
    """The number of axes.

    >>> ndim([[1, 2]])
    2
    """
    return array(x).ndim


@checked
def size(x: Any) -> int:
    """How many numbers there are.

    >>> size([[1, 2]])
    2
    """
    return array(x).size
