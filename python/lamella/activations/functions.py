"""The functions, each on an array of any shape. Layers take them by name or as they are."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lamella import _core
from lamella.activations.steps import Steps
from lamella.base import config
from lamella.base.checks import axes, flag, number
from lamella.base.results import ArrayResult, answer
from lamella.base.types import Array
from lamella.data.conversion import to_array


def _apply(kind: str, x: Any, **attributes: float) -> ArrayResult:
    if isinstance(x, Steps):
        return x.then(kind, attributes)  # type: ignore[return-value]  # it stands for an array
    return answer(_core.activation(kind, _floats(x), attributes))


def _floats(x: Any) -> Array:
    array = to_array("x", x)
    typed = hasattr(x, "dtype") and array.dtype.name in ("float32", "float64")
    return array if typed else array.astype(config.floatx())


def _along(axis: Any, kind: str, x: Any) -> ArrayResult:
    """An activation of rows, on other axes than the last one by moving these to the end and back."""
    if isinstance(x, Steps):
        if axis != -1:
            raise ValueError(f"as an activation {kind} works on the last axis. Received: axis={axis!r}")
        return _apply(kind, x)
    array = _floats(x)
    if array.ndim == 0:
        return answer(_along(axis, kind, array[None])[0])
    order = _axes_last(kind, axis, array.ndim)
    moved = np.transpose(array, order)
    first = array.ndim - _count(axis)
    folded = np.reshape(moved, (*moved.shape[:first], math.prod(moved.shape[first:])))
    values = np.reshape(_apply(kind, folded), moved.shape)
    return answer(np.ascontiguousarray(np.transpose(values, np.argsort(order))))


def _count(axis: Any) -> int:
    return 1 if isinstance(axis, (int, np.integer)) else len(axis)


def _axes_last(kind: str, axis: Any, rank: int) -> list[int]:
    """All axes, those named at the end."""
    named = axes(kind, "axis", axis)
    last = [named] if isinstance(named, int) else list(named)
    if not all(-rank <= one < rank for one in last) or len({one % rank for one in last}) < len(last):
        raise ValueError(f"{kind}: 'axis' must name axes of an array with {rank}. Received: {axis!r}")
    last = [one % rank for one in last]
    return [one for one in range(rank) if one not in last] + last


def celu(x: Any, alpha: float = 1.0) -> ArrayResult:
    """x where positive, else `alpha * (exp(x / alpha) - 1)` (Barron, arXiv 1704.07483).

    >>> celu([1.0, 0.0], alpha=2.0).tolist()
    [1.0, 0.0]
    """
    return _apply("celu", x, a=number("celu", "alpha", alpha))


def elu(x: Any, alpha: float = 1.0) -> ArrayResult:
    """x where positive, else `alpha * (exp(x) - 1)` (Clevert et al., arXiv 1511.07289).

    >>> elu([1.0, 0.0]).tolist()
    [1.0, 0.0]
    """
    return _apply("elu", x, a=number("elu", "alpha", alpha))


def exponential(x: Any) -> ArrayResult:
    """`exp(x)`.

    >>> exponential([0.0]).tolist()
    [1.0]
    """
    return _apply("exponential", x)


def gelu(x: Any, approximate: bool = False) -> ArrayResult:
    """`x * P(X <= x)` for a standard normal X (Hendrycks and Gimpel, arXiv 1606.08415).

    Args:
        x: an array.
        approximate: whether to take `x * sigmoid(1.5958 * (x + 0.044715 * x ** 3))` instead, the form with
            tanh written so that nothing cancels. Defaults to False.

    >>> round(float(gelu([1.0])[0]), 4), round(float(gelu([1.0], approximate=True)[0]), 4)
    (0.8413, 0.8412)
    """
    return _apply("gelu_tanh" if flag("gelu", "approximate", approximate) else "gelu", x)


def glu(x: Any, axis: int = -1) -> ArrayResult:
    """The first half of an axis times the sigmoid of the second (Dauphin et al., arXiv 1612.08083).

    Raises:
        ValueError: where the axis has an odd length.

    >>> glu([[3.0, 0.0]]).tolist()
    [[1.5]]
    """
    if isinstance(x, Steps):
        return _along(axis, "glu", x)
    array = _floats(x)
    last = _axes_last("glu", axis, array.ndim)[-1]
    if _count(axis) > 1 or array.shape[last] % 2:
        raise ValueError(
            f"glu: 'axis' must name one axis of even length of an array of shape {array.shape}. "
            f"Received: {axis!r}"
        )
    first, second = np.split(array, 2, last)
    return answer(first * sigmoid(second))


def hard_shrink(x: Any, threshold: float = 0.5) -> ArrayResult:
    """x where it is further from 0 than `threshold`, else 0.

    >>> hard_shrink([-1.0, 0.25, 2.0]).tolist()
    [-1.0, 0.0, 2.0]
    """
    return _apply("hard_shrink", x, a=number("hard_shrink", "threshold", threshold))


def hard_sigmoid(x: Any) -> ArrayResult:
    """`x / 6 + 1 / 2`, kept within 0 and 1.

    >>> hard_sigmoid([-9.0, 0.0, 9.0]).tolist()
    [0.0, 0.5, 1.0]
    """
    return _apply("hard_sigmoid", x, a=1 / 6)


def hard_silu(x: Any) -> ArrayResult:
    """`x * hard_sigmoid(x)`, also called hard swish (Howard et al., arXiv 1905.02244).

    >>> hard_silu([-3.0, 3.0, 9.0]).tolist()
    [-0.0, 3.0, 9.0]
    """
    return _apply("hard_silu", x)


def hard_tanh(x: Any) -> ArrayResult:
    """x, kept within -1 and 1.

    >>> hard_tanh([-9.0, 0.5, 9.0]).tolist()
    [-1.0, 0.5, 1.0]
    """
    return _apply("bounded_relu", x, threshold=-math.inf, low=-1.0, high=1.0)


def leaky_relu(x: Any, negative_slope: float = 0.2) -> ArrayResult:
    """x where positive, else `negative_slope * x`.

    >>> leaky_relu([2.0, -10.0]).tolist()
    [2.0, -2.0]
    """
    return _apply("leaky_relu", x, a=number("leaky_relu", "negative_slope", negative_slope))


def linear(x: Any) -> ArrayResult:
    """x itself.

    >>> linear([1.0]).tolist()
    [1.0]
    """
    return x if isinstance(x, Steps) else answer(x)  # type: ignore[return-value]


def log_sigmoid(x: Any) -> ArrayResult:
    """`-log(1 + exp(-x))`.

    >>> round(float(log_sigmoid([0.0])[0]), 4)
    -0.6931
    """
    return _apply("log_sigmoid", x)


def log_softmax(x: Any, axis: Any = -1) -> ArrayResult:
    """`x - log(sum(exp(x)))` along an axis, or over several together.

    >>> round(float(log_softmax([[0.0, 0.0]])[0, 0]), 4)
    -0.6931
    """
    return _along(axis, "log_softmax", x)


def mish(x: Any) -> ArrayResult:
    """`x * tanh(softplus(x))` (Misra, arXiv 1908.08681).

    >>> round(float(mish([1.0])[0]), 4)
    0.8651
    """
    return _apply("mish", x)


def relu(
    x: Any, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0
) -> ArrayResult:
    """x where it is larger than `threshold`, at most `max_value`, else `negative_slope * (x - threshold)`.

    Args:
        x: an array.
        negative_slope: defaults to 0.
        max_value: at least 0, or None, the default, for no limit.
        threshold: defaults to 0.

    >>> relu([-1.0, 2.0]).tolist(), relu([-1.0, 2.0], 0.5, max_value=1.0).tolist()
    ([0.0, 2.0], [-0.5, 1.0])
    """
    slope = number("relu", "negative_slope", negative_slope)
    most = None if max_value is None else number("relu", "max_value", max_value, infinite=True)
    kind, attributes = relu_spec(slope, most, number("relu", "threshold", threshold))
    return _apply(kind, x, **attributes)


def relu_spec(
    negative_slope: float, max_value: float | None, threshold: float
) -> tuple[str, dict[str, float]]:
    """The native kind of a `relu` with these arguments, and its numbers."""
    if max_value is None and threshold == 0:
        return ("leaky_relu", {"a": float(negative_slope)}) if negative_slope else ("relu", {})
    low, high = (-math.inf, math.inf) if max_value is None else (0.0, float(max_value))
    numbers = {"threshold": float(threshold), "low": low, "high": high}
    return "bounded_relu", {"a": float(negative_slope), **numbers}


def relu6(x: Any) -> ArrayResult:
    """x, kept within 0 and 6.

    >>> relu6([-1.0, 2.0, 7.0]).tolist()
    [0.0, 2.0, 6.0]
    """
    return relu(x, max_value=6.0)


def selu(x: Any) -> ArrayResult:
    """`1.0507 * elu(x, alpha=1.6733)` (Klambauer et al., arXiv 1706.02515).

    >>> round(float(selu([1.0])[0]), 4)
    1.0507
    """
    return _apply("selu", x)


def sigmoid(x: Any) -> ArrayResult:
    """`1 / (1 + exp(-x))`.

    >>> sigmoid([0.0]).tolist()
    [0.5]
    """
    return _apply("sigmoid", x)


def silu(x: Any) -> ArrayResult:
    """`x * sigmoid(x)`, also called swish (Ramachandran et al., arXiv 1710.05941).

    >>> silu([0.0]).tolist()
    [0.0]
    """
    return _apply("silu", x)


def soft_shrink(x: Any, threshold: float = 0.5) -> ArrayResult:
    """x, nearer to 0 by `threshold`; 0 where it is nearer already.

    >>> soft_shrink([-1.0, 0.25, 2.0]).tolist()
    [-0.5, 0.0, 1.5]
    """
    return _apply("soft_shrink", x, a=number("soft_shrink", "threshold", threshold))


def softmax(x: Any, axis: Any = -1) -> ArrayResult:
    """`exp(x) / sum(exp(x))` along an axis, or over several together.

    >>> softmax([[0.0, 0.0]]).tolist()
    [[0.5, 0.5]]
    """
    return _along(axis, "softmax", x)


def softplus(x: Any) -> ArrayResult:
    """`log(1 + exp(x))`.

    >>> round(float(softplus([0.0])[0]), 4)
    0.6931
    """
    return _apply("softplus", x)


def softsign(x: Any) -> ArrayResult:
    """`x / (1 + |x|)`.

    >>> softsign([-1.0, 3.0]).tolist()
    [-0.5, 0.75]
    """
    return _apply("softsign", x)


def sparse_plus(x: Any) -> ArrayResult:
    """x where it is at least 1, `(x + 1) ** 2 / 4` down to -1, 0 below.

    >>> sparse_plus([-2.0, 0.0, 2.0]).tolist()
    [0.0, 0.25, 2.0]
    """
    return _apply("sparse_plus", x)


def sparse_sigmoid(x: Any) -> ArrayResult:
    """`(x + 1) / 2`, kept within 0 and 1.

    >>> sparse_sigmoid([-2.0, 0.0, 2.0]).tolist()
    [0.0, 0.5, 1.0]
    """
    return _apply("hard_sigmoid", x, a=0.5)


def sparsemax(x: Any, axis: int = -1) -> ArrayResult:
    """The nearest probabilities to x along an axis, many of them 0 (Martins and Astudillo, arXiv 1602.02068).

    >>> sparsemax([[1.0, 0.5, -1.0]]).tolist()
    [[0.75, 0.25, 0.0]]
    """
    return _along(axis, "sparsemax", x)


def squareplus(x: Any, b: float = 4) -> ArrayResult:
    """`(x + sqrt(x ** 2 + b)) / 2` (Barron, arXiv 2112.11687).

    >>> squareplus([0.0]).tolist()
    [1.0]
    """
    return _apply("squareplus", x, a=number("squareplus", "b", b, least=0))


def tanh(x: Any) -> ArrayResult:
    """Hyperbolic tangent.

    >>> tanh([0.0]).tolist()
    [0.0]
    """
    return _apply("tanh", x)


def tanh_shrink(x: Any) -> ArrayResult:
    """`x - tanh(x)`.

    >>> round(float(tanh_shrink([1.0])[0]), 4)
    0.2384
    """
    return _apply("tanh_shrink", x)


def threshold(x: Any, threshold: float, default_value: float) -> ArrayResult:
    """x where it is larger than `threshold`, else `default_value`.

    >>> threshold([1.0, 3.0], 2.0, -1.0).tolist()
    [-1.0, 3.0]
    """
    limit = number("threshold", "threshold", threshold)
    return _apply("threshold", x, a=number("threshold", "default_value", default_value), threshold=limit)


# Keras's second names.
hard_swish = hard_silu
swish = silu
