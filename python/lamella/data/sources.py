"""What `fit`, `evaluate` and `predict` take as data, told apart."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from lamella.base import checks
from lamella.data import elements
from lamella.data.arrays import ArrayData, adapt, adapt_targets
from lamella.data.batches import IterableData, SparseData
from lamella.data.conversion import NameOf, is_array, is_sparse, only
from lamella.data.py_dataset import PyDataset


def is_iterable_of_batches(value: Any) -> bool:
    """Whether it yields batches, rather than being an array or what becomes one."""
    if isinstance(value, PyDataset):
        return True
    if isinstance(value, (str, bytes, Mapping)) or hasattr(value, "__array__") or hasattr(value, "shape"):
        return False
    if isinstance(value, (list, tuple)):
        first = value[0] if value else None
        return isinstance(first, tuple) and len(first) > 0 and _is_data(first[0])
    return hasattr(value, "__iter__")


def _is_data(value: Any) -> bool:
    """Whether it is an array, or a list, tuple or dictionary of arrays."""
    if isinstance(value, Mapping):
        return True
    return is_array(value[0] if isinstance(value, (list, tuple)) and value else value)


def adapt_any(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    name_of: NameOf | None = None,
    inputs_only: bool = False,
) -> ArrayData | SparseData | IterableData:
    """Tell arrays, sparse matrices and iterables of batches apart, and check them.

    Args:
        x: inputs, or what yields batches.
        y, sample_weight: targets and weights, None where x yields them.
        name_of: what entries of dictionaries must be called.
        inputs_only: whether targets and weights that x yields are not looked at.

    Raises:
        TypeError, ValueError: as `adapt`; also when targets or weights are passed beside an iterable.
    """
    if type(x) is np.ndarray:
        return adapt(x, y, sample_weight, name_of)
    if is_iterable_of_batches(x):
        for name, value in (("y", y), ("sample_weight", sample_weight)):
            if value is not None:
                raise ValueError(
                    f"{name} must be None when x yields batches: let x yield (x, y, sample_weight)"
                )
        return IterableData(x, name_of, inputs_only)
    x = only("x", x, name_of)
    if not is_sparse(x):
        return adapt(x, y, sample_weight, name_of)
    matrix = x.tocsr()
    if matrix.shape[0] == 0:
        raise ValueError(f"x holds no samples. Received: a sparse matrix of shape {matrix.shape}")
    if matrix.dtype.kind not in elements.NUMERIC:
        raise elements.refusal("x", matrix[:1].toarray())
    return SparseData(matrix, *adapt_targets(matrix.shape, y, sample_weight, name_of))


def split(
    data: ArrayData | SparseData | IterableData, fraction: float
) -> tuple[ArrayData | SparseData, ArrayData | SparseData]:
    """Cut the last `fraction` of the rows off for validation; of arrays as views.

    Raises:
        ValueError: when the fraction leaves no rows on one side, or the data comes in batches.
    """
    if isinstance(data, IterableData):
        raise ValueError("validation_split needs arrays: pass validation_data when x yields batches")
    at = math.floor(data.rows * (1.0 - fraction))
    if at in (0, data.rows):
        raise ValueError(
            f"validation_split={fraction} leaves no samples for {'training' if at == 0 else 'validation'}: "
            f"x has {data.rows} samples"
        )
    return data.slice(0, at), data.slice(at, data.rows)


def unpack(validation_data: Any, name_of: NameOf | None = None) -> ArrayData | SparseData | IterableData:
    """Read `validation_data`: `(x, y)`, `(x, y, sample_weight)`, or an iterable of batches.

    Raises:
        ValueError: for anything else.
    """
    if isinstance(validation_data, (tuple, list)) and not _is_list_of_batches(validation_data):
        if len(validation_data) in (2, 3):
            x, y, sample_weight = (*validation_data, None)[:3]
            return adapt_any(x, y, sample_weight, name_of)
    elif is_iterable_of_batches(validation_data):
        return IterableData(validation_data, name_of, what="validation_data")
    raise checks.refusal(
        "fit", "validation_data", "(x, y), (x, y, sample_weight) or yield such batches", validation_data
    )


def _is_list_of_batches(value: tuple[Any, ...] | list[Any]) -> bool:
    """Whether its members are batches, and not themselves inputs and targets, each in a tuple of one."""
    return is_iterable_of_batches(value) and len(value[0]) > 1
