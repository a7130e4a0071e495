"""Targets, predictions and weights of losses and metrics on arrays, matched as Keras matches them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from lamella.base import checks
from lamella.base.types import Array
from lamella.data.conversion import to_array


def as_predictions(y_pred: Any, dtype: str) -> Array:
    """Predictions as float32 or float64, whichever of `dtype` and their own type holds more.

    Integers become float64 where some reach 2^24, for float32 does not tell those apart.
    """
    predicted = to_array("y_pred", y_pred)
    given = predicted.dtype
    wide = dtype == "float64" or given == np.float64
    if given.kind in "iu" and given.itemsize >= 4 and predicted.size > 0:
        wide = wide or max(int(predicted.max()), -int(predicted.min())) >= 2**24
    return predicted.astype(np.float64 if wide else np.float32, copy=False)


def as_targets(owner: str, y_true: Any, predicted: Array) -> tuple[Array, Array]:
    """Targets and predictions of one shape: a last axis of one is added or dropped where only one has it.

    Raises:
        ValueError: for other shapes.
    """
    true = to_array("y_true", y_true)
    shapes = f"Received: y_true of shape {true.shape}, y_pred of shape {predicted.shape}"
    if true.ndim == predicted.ndim - 1 and predicted.shape[-1] == 1:
        true = true[..., np.newaxis]
    elif true.ndim == predicted.ndim + 1 and true.shape[-1] == 1:
        if predicted.ndim == 1:
            predicted = predicted[..., np.newaxis]
        else:
            true = true[..., 0]
    if true.shape != predicted.shape:
        raise ValueError(f"{owner}: 'y_true' must have the shape of 'y_pred'. {shapes}")
    return true, predicted


def as_labels(owner: str, y_true: Any, predicted: Array, axis: int = -1) -> Array:
    """Class indices, one for each score along the axis of the classes.

    Raises:
        ValueError: for other shapes.
    """
    labels = to_array("y_true", y_true)
    if predicted.ndim == 0:
        raise ValueError(f"{owner}: 'y_pred' must have an axis of classes. Received: a single number")
    given = labels.shape
    if labels.ndim == predicted.ndim and labels.shape[axis] == 1:
        labels = labels.take(0, axis=axis)
    axis %= predicted.ndim
    expected = predicted.shape[:axis] + predicted.shape[axis + 1 :]
    if labels.shape != expected:
        raise ValueError(
            f"{owner}: 'y_true' must hold class indices of shape {expected}, one for each row of 'y_pred' "
            f"of shape {predicted.shape}. Received: y_true of shape {given}"
        )
    return labels


def as_weights(owner: str, sample_weight: Any, shape: tuple[int, ...], dtype: Any) -> Array:
    """Weights of the shape of the values they multiply: one each, one a sample, or what broadcasts to them.

    Raises:
        ValueError: for weights that do not fit.

    >>> as_weights("Mean", [1, 2], (2, 3), "float32").tolist()
    [[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]]
    """
    weights = to_array("sample_weight", sample_weight).astype(dtype, copy=False)
    given = weights.shape
    if weights.ndim == len(shape) + 1 and weights.shape[-1] == 1:
        weights = weights[..., 0]
    by_sample = weights.reshape(weights.shape + (1,) * (len(shape) - weights.ndim))
    for candidate in (by_sample, weights):
        try:
            return np.broadcast_to(candidate, shape)
        except ValueError:
            continue
    raise ValueError(
        f"{owner}: 'sample_weight' must be one number for each sample or value, of a shape that broadcasts "
        f"to {shape}. Received: sample_weight of shape {given}"
    )


def class_axis(owner: str, axis: Any) -> int:
    """The one axis that classes stand on.

    Raises:
        ValueError: for anything but an integer.
    """
    checked = checks.axes(owner, "axis", axis)
    if isinstance(checked, tuple):
        raise checks.refusal(owner, "axis", "an integer", axis)
    return checked


def axes_or_all(owner: str, axis: Any) -> int | tuple[int, ...] | None:
    """An axis, several, or None for all of them.

    Raises:
        ValueError: for anything else.
    """
    return None if axis is None else checks.axes(owner, "axis", axis)


def axes_of(owner: str, axis: int | Sequence[int] | None, ndim: int) -> tuple[int, ...]:
    """The axes that are meant, counted from the front; None stands for all of them.

    Raises:
        ValueError: for an axis that is not there, or is there twice.
    """
    if axis is None:
        return tuple(range(ndim))
    wanted = (axis,) if isinstance(axis, int) else tuple(axis)
    axes = tuple(one + ndim if one < 0 else one for one in wanted)
    if any(not 0 <= one < ndim for one in axes) or len({*axes}) != len(axes):
        raise ValueError(f"{owner}: 'axis' must name axes of 'y_pred', which has {ndim}. Received: {axis}")
    return axes


def along_last(array: Array, axes: tuple[int, ...]) -> Array:
    """The array with these axes as its last one; an axis of one in front where none is left.

    >>> along_last(np.arange(6).reshape(2, 3), (0,)).tolist()
    [[0, 3], [1, 4], [2, 5]]
    """
    kept = [axis for axis in range(array.ndim) if axis not in axes]
    length = math.prod(array.shape[axis] for axis in axes)
    return array.transpose([*kept, *axes]).reshape(*([array.shape[axis] for axis in kept] or [1]), length)


def shape_without(shape: tuple[int, ...], axes: tuple[int, ...]) -> tuple[int, ...]:
    """The other axes of the shape."""
    return tuple(size for axis, size in enumerate(shape) if axis not in axes)
