"""Products and sums of products."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella.base.types import Array
from lamella.ops.conversion import array, counts, floats, promoted, result_type
from lamella.ops.definition import binary, operation

__all__ = [
    "corrcoef",
    "correlate",
    "cross",
    "diff",
    "dot",
    "einsum",
    "inner",
    "kron",
    "matmul",
    "outer",
    "tensordot",
    "trace",
    "trapezoid",
    "vdot",
]

dot = binary(np.dot, "The product of two vectors, matrices, or of the last axis with the last but one.")
inner = binary(np.inner, "The sums of products along the last axes.")
outer = binary(np.outer, "The products of each number of one array with each of the other.")
vdot = binary(np.vdot, "The sum of the products of two arrays, the first conjugate.")
kron = binary(np.kron, "The Kronecker product.")


@operation
def matmul(x1: Any, x2: Any) -> Array:
    """The product of matrices, or of stacks of them, which are broadcast.

    Whole numbers of 8 bits are summed in 32.

    >>> matmul([[1, 2]], [[3], [4]]).tolist()
    [[11]]
    """
    return np.matmul(*_wide(x1, x2))


@operation
def tensordot(x1: Any, x2: Any, axes: Any = 2) -> Array:
    """The sums of products along several axes.

    Args:
        x1, x2: arrays.
        axes: how many, the last of the first array and the first of the second, or two lists of axes.

    >>> int(tensordot([1, 2], [3, 4], 1))
    11
    """
    return np.tensordot(*promoted(array(x1), array(x2)), axes)


@operation
def einsum(subscripts: str, *operands: Any, **kwargs: Any) -> Array:
    """Sums of products that a text describes.

    Args:
        subscripts: letters of the axes of each array, and behind "->" those of the result: "ij,jk->ik".
        operands: the arrays.
        **kwargs: `optimize`, as NumPy takes it.

    >>> einsum("ij->j", [[1, 2], [3, 4]]).tolist()
    [4, 6]
    """
    return np.einsum(subscripts, *_wide(*operands), **kwargs)


def _wide(*xs: Any) -> list[Array]:
    arrays = promoted(*map(array, xs))
    return [x.astype("int32") for x in arrays] if arrays[0].dtype == "int8" else arrays


@operation
def cross(x1: Any, x2: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: Any = None) -> Array:
    """The cross product of vectors of three numbers.

    Args:
        x1, x2: arrays.
        axisa, axisb, axisc: the axes of the vectors in x1, x2 and the result. Default to the last.
        axis: one for all of them.

    >>> cross([1, 0, 0], [0, 1, 0]).tolist()
    [0, 0, 1]
    """
    first, second = promoted(array(x1), array(x2))
    return np.cross(first, second, axisa, axisb, axisc, axis)


@operation
def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Array:
    """The sum of a diagonal.

    >>> int(trace([[1, 2], [3, 4]]))
    5
    """
    values = counts(x)
    narrow = values.dtype.kind in "iu" and values.dtype.itemsize < 4
    dtype = f"{values.dtype.kind}4" if narrow else values.dtype
    return np.asarray(np.trace(values, offset, axis1, axis2, dtype))


@operation
def diff(a: Any, n: int = 1, axis: int = -1) -> Array:
    """The differences of neighbours, n times over.

    >>> diff([1, 4, 9]).tolist()
    [3, 5]
    """
    values = array(a)
    return np.diff(values, min(n, values.shape[axis]), axis)


@operation
def trapezoid(y: Any, x: Any = None, dx: float = 1.0, axis: int = -1) -> Array:
    """The area below a line through points.

    Args:
        y: heights of the points.
        x: their places; at distances of `dx` by default.
        dx: the distance.
        axis: the axis of the points.

    >>> float(trapezoid([1.0, 3.0]))
    2.0
    """
    heights = np.moveaxis(floats(y), axis, -1)
    if x is None:
        widths = array(dx)
    else:
        places = floats(x)
        widths = np.diff(places if places.ndim == 1 else np.moveaxis(places, axis, -1))
    area = (widths * (heights[..., 1:] + heights[..., :-1]) / 2).sum(axis=-1)
    return np.asarray(area, result_type(heights.dtype, float))


@operation
def correlate(x1: Any, x2: Any, mode: str = "valid") -> Array:
    """The sums of products of a sequence with another one that is moved along it.

    Args:
        x1, x2: sequences.
        mode: "valid" where they overlap whole, "same" for as many as x1 has, or "full".

    >>> correlate([1.0, 2.0, 3.0], [1.0, 1.0]).tolist()
    [3.0, 5.0]
    """
    return np.correlate(*promoted(x1, x2, floating=True), mode)


@operation
def corrcoef(x: Any) -> Array:
    """The correlation of each row with each other one.

    >>> corrcoef([[1.0, 2.0], [2.0, 1.0]]).tolist()
    [[1.0, -1.0], [-1.0, 1.0]]
    """
    values = floats(x)
    return np.corrcoef(values).astype(values.dtype)
