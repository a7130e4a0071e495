"""Batches as tuples, and arrays of length 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella.base.checks import integer, refusal
from lamella.base.types import Array
from lamella.data.conversion import to_array


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """Make a batch of its parts, as `fit` takes them.

    >>> pack_x_y_sample_weight(1), pack_x_y_sample_weight([1]), pack_x_y_sample_weight(1, 2)
    (1, ([1],), (1, 2))
    """
    if y is None:
        return (x,) if isinstance(x, (list, tuple)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """The parts of a batch; None for those that it lacks.

    Raises:
        ValueError: for more than three parts, or none.

    >>> unpack_x_y_sample_weight((1, 2)), unpack_x_y_sample_weight(1)
    ((1, 2, None), (1, None, None))
    """
    parts = tuple(data) if isinstance(data, (list, tuple)) else (data,)
    if not 1 <= len(parts) <= 3:
        raise refusal("unpack_x_y_sample_weight", "data", "x, (x,), (x, y) or (x, y, sample_weight)", data)
    x, y, sample_weight = (*parts, None, None)[:3]
    return x, y, sample_weight


def normalize(x: Any, axis: int = -1, order: int = 2) -> Array:
    """Divide the vectors along an axis by their length; those of zeros stay.

    Args:
        x: an array.
        axis: the axis. Defaults to -1.
        order: of the norm. Defaults to 2, the Euclidean one.

    Raises:
        ValueError: for an axis that is not there.

    >>> normalize([[3.0, 4.0], [0.0, 0.0]]).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    values = to_array("x", x)
    rank = max(values.ndim, 1)
    along = integer("normalize", "axis", axis, -rank, rank - 1)
    lengths = np.linalg.norm(
        np.atleast_1d(values), integer("normalize", "order", order, 1, 100), along, keepdims=True
    )
    return np.asarray(values / np.where(lengths == 0, 1, lengths))
