"""Means, variances and norms taken out of arrays, and scores of classes."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella import losses
from lamella.base import checks, config
from lamella.base.types import Array
from lamella.ops.conversion import array, axes, floats, promoted
from lamella.ops.definition import operation

__all__ = [
    "batch_normalization",
    "binary_crossentropy",
    "categorical_crossentropy",
    "dot_product_attention",
    "layer_normalization",
    "moments",
    "normalize",
    "psnr",
    "rms_normalization",
    "sparse_categorical_crossentropy",
]


@operation
def moments(x: Any, axes: Any, keepdims: bool = False, synchronized: bool = False) -> tuple[Array, Array]:
    """The means and variances along axes.

    Args:
        x: an array.
        axes: an axis or several.
        keepdims: whether the axes stay, with length 1.
        synchronized: only False.

    >>> mean, variance = moments([1.0, 3.0], [0])
    >>> float(mean), float(variance)
    (2.0, 1.0)
    """
    if synchronized:
        raise ValueError("'synchronized' must be False: there is one process")
    values = floats(x)
    along = tuple(axes) if isinstance(axes, (list, tuple)) else axes
    return np.mean(values, along, keepdims=keepdims), np.var(values, along, keepdims=keepdims)


@operation
def batch_normalization(
    x: Any,
    mean: Any,
    variance: Any,
    axis: int,
    offset: Any = None,
    scale: Any = None,
    epsilon: float = 1e-3,
) -> Array:
    """`(x - mean) / sqrt(variance + epsilon) * scale + offset`, with a number of each for every channel.

    Args:
        x: an array.
        mean, variance: shape (channels,).
        axis: the axis of the channels.
        offset, scale: shape (channels,), or None.
        epsilon: what keeps the divisor from 0.

    >>> batch_normalization([[1.0], [3.0]], [2.0], [1.0], -1, epsilon=0.0).tolist()
    [[-1.0], [1.0]]
    """
    values = floats(x)
    shape = [1] * values.ndim
    shape[axis] = values.shape[axis]

    def channels(numbers: Any) -> Array:
        return array(numbers, values.dtype).reshape(shape)

    factor = 1 / np.sqrt(channels(variance) + epsilon)
    factor = factor if scale is None else factor * channels(scale)
    result = (values - channels(mean)) * factor
    return (result if offset is None else result + channels(offset)).astype(values.dtype, copy=False)


@operation
def layer_normalization(
    x: Any, gamma: Any = None, beta: Any = None, axis: Any = -1, epsilon: float | None = None
) -> Array:
    """Numbers of mean 0 and variance 1 along axes, times `gamma`, plus `beta`.

    Args:
        x: an array.
        gamma, beta: of the lengths of these axes, or None.
        axis: an axis or several. Defaults to the last.
        epsilon: what is added to the variance; `config.epsilon()` by default.

    >>> layer_normalization([1.0, 3.0]).round(3).tolist()
    [-1.0, 1.0]
    """
    values = floats(x)
    along = _sorted(axis, values.ndim)
    centred = values - np.mean(values, along, keepdims=True)
    scaled = _of_unit_square(centred, along, epsilon)
    scaled = scaled if gamma is None else scaled * _spread(gamma, values, along)
    return scaled if beta is None else scaled + _spread(beta, values, along)


@operation
def rms_normalization(x: Any, scale: Any = None, axis: Any = -1, epsilon: float | None = None) -> Array:
    """Numbers whose squares have the mean 1 along axes, times `scale`.

    Args:
        x: an array.
        scale: of the lengths of these axes, or None.
        axis: an axis or several. Defaults to the last.
        epsilon: what is added to the mean square; `config.epsilon()` by default.

    >>> rms_normalization([3.0, 3.0]).round(3).tolist()
    [1.0, 1.0]
    """
    values = floats(x)
    along = _sorted(axis, values.ndim)
    scaled = _of_unit_square(values, along, epsilon)
    return scaled if scale is None else scaled * _spread(scale, values, along)


def _of_unit_square(values: Array, along: tuple[int, ...], epsilon: float | None) -> Array:
    added = values.dtype.type(config.epsilon() if epsilon is None else epsilon)
    return values / np.sqrt(np.mean(np.square(values), along, keepdims=True) + added)


def _sorted(axis: Any, ndim: int) -> tuple[int, ...]:
    named = checks.axes("normalization", "axis", axis)
    return tuple(sorted(one % ndim for one in ((named,) if isinstance(named, int) else named)))


def _spread(numbers: Any, values: Array, along: tuple[int, ...]) -> Array:
    """Numbers of the axes that are normalised, in the rank of the array."""
    factors = array(numbers, values.dtype)
    if factors.ndim == values.ndim:
        return factors
    return factors.reshape([n if one in along else 1 for one, n in enumerate(values.shape)])


@operation
def normalize(x: Any, axis: Any = -1, order: int = 2, epsilon: float | None = None) -> Array:
    """Vectors of norm 1.

    Args:
        x: an array.
        axis: the axis of the vectors. Defaults to the last.
        order: of the norm. Defaults to 2, lengths.
        epsilon: the least norm to divide by; `config.epsilon()` by default.

    >>> normalize([3.0, 4.0]).round(3).tolist()
    [0.6000000238418579, 0.800000011920929]
    """
    order = checks.integer("normalize", "order", order, least=1)
    values = np.atleast_1d(floats(x))
    least = config.epsilon() if epsilon is None else epsilon
    norms = np.linalg.norm(values, order, axes(axis), keepdims=True)
    return (values / np.maximum(norms, least)).astype(values.dtype, copy=False)


@operation
def psnr(x1: Any, x2: Any, max_val: float) -> Array:
    """The ratio of the largest possible value to the mean square error, in decibels.

    >>> round(float(psnr([0.0, 1.0], [0.0, 0.9], 1.0)), 2)
    23.01
    """
    first, second = promoted(array(x1), array(x2), floating=True)
    if first.shape != second.shape:
        raise ValueError(f"needs two arrays of one shape. Received: {first.shape} and {second.shape}")
    error = np.mean(np.square(first - second))
    return np.asarray(20 * np.log10(max_val) - 10 * np.log10(error), first.dtype)


@operation
def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Array:
    """`-y log(p) - (1 - y) log(1 - p)` of each number.

    Args:
        target: 0, 1 or between.
        output: probabilities, or logits.
        from_logits: whether they are logits. Defaults to False.

    >>> round(float(binary_crossentropy([1.0], [0.5])[0]), 4)
    0.6931
    """
    true, predicted = _of_one_shape(target, output)
    return losses.binary_crossentropy(true[..., None], predicted[..., None], from_logits)


@operation
def categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Array:
    """`-sum(y log(p))` of each row.

    Args:
        target: probabilities of classes, often one-hot.
        output: probabilities, or logits, of the same shape.
        from_logits: whether they are logits. Defaults to False.
        axis: the axis of the classes. Defaults to the last.

    >>> round(float(categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])[0]), 4)
    0.6931
    """
    true, predicted = _of_one_shape(target, output)
    return losses.categorical_crossentropy(true, predicted, from_logits, axis=axis)


def _of_one_shape(target: Any, output: Any) -> tuple[Array, Array]:
    true, predicted = array(target), floats(output)
    if true.shape != predicted.shape:
        raise ValueError(
            f"'target' and 'output' must have one shape. Received: {true.shape} and {predicted.shape}"
        )
    return true, predicted


@operation
def sparse_categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Array:
    """`-log(p)` of the class of each row.

    Args:
        target: classes, shape (...) or (..., 1).
        output: probabilities, or logits, of shape (..., classes).
        from_logits: whether they are logits. Defaults to False.
        axis: the axis of the classes. Defaults to the last.

    >>> round(float(sparse_categorical_crossentropy([1], [[0.5, 0.5]])[0]), 4)
    0.6931
    """
    return losses.sparse_categorical_crossentropy(array(target), floats(output), from_logits, axis=axis)


@operation
def dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    bias: Any = None,
    mask: Any = None,
    scale: float | None = None,
    is_causal: bool = False,
    flash_attention: bool | None = None,
    attn_logits_soft_cap: float | None = None,
) -> Array:
    """Values weighed by how well their keys fit queries (Vaswani et al., arXiv 1706.03762).

    Args:
        query: shape (rows, queries, heads, features).
        key, value: shape (rows, keys, heads, features).
        bias: added to the scores, of shape (rows, heads, queries, keys) or broadcast to it.
        mask: which of these count, None for all.
        scale: of the scores; `1 / sqrt(features)` by default.
        is_causal: whether queries see no later keys. Defaults to False.
        flash_attention: only None and False.
        attn_logits_soft_cap: only None.

    >>> x = np.ones((1, 2, 1, 4), "float32")
    >>> dot_product_attention(x, x, x).ravel().round(3).tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    """
    if flash_attention or attn_logits_soft_cap is not None:
        raise ValueError("'flash_attention' and 'attn_logits_soft_cap' must be None")
    q, k, v = promoted(array(query), array(key), array(value), floating=True)
    if not q.ndim == k.ndim == v.ndim == 4:
        raise ValueError(f"needs arrays of four axes. Received: shapes {q.shape}, {k.shape} and {v.shape}")
    scores = np.einsum("bqhf,bkhf->bhqk", q, k) * q.dtype.type(
        k.shape[-1] ** -0.5 if scale is None else scale
    )
    if bias is not None:
        scores = scores + array(bias, q.dtype)
    counted = np.ones((1, 1, 1, 1), bool) if mask is None else array(mask).astype(bool)
    if is_causal:
        counted = counted & np.tri(*scores.shape[-2:], dtype="bool")
    scores = np.where(counted, scores, np.finfo(q.dtype).min / 2)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.einsum("bhqk,bkhf->bqhf", weights / weights.sum(axis=-1, keepdims=True), v)
