"""The functions, each on an array of any shape. Layers take them by name or as they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella import _core, config
from lamella._types import Array


def _apply(kind: str, x: Any, **attributes: float) -> Array:
    array = np.asarray(x)
    if array.dtype.name not in ("float32", "float64"):
        array = array.astype(config.floatx())
    return _core.activation(kind, array, attributes)


def _refuse(function: str, argument: str, given: bool) -> None:
    if given:
        raise ValueError(f"{function}: the argument '{argument}' is not supported, only its default")


def elu(x: Any, alpha: float = 1.0) -> Array:
    """x where positive, else `alpha * (exp(x) - 1)` (Clevert et al., arXiv 1511.07289).

    >>> elu([1.0, 0.0]).tolist()
    [1.0, 0.0]
    """
    return _apply("elu", x, alpha=alpha)


def gelu(x: Any, approximate: bool = False) -> Array:
    """`x * P(X <= x)` for a standard normal X (Hendrycks and Gimpel, arXiv 1606.08415), the exact form.

    Raises:
        ValueError: with `approximate=True`.

    >>> round(float(gelu([1.0])[0]), 4)
    0.8413
    """
    _refuse("gelu", "approximate", approximate)
    return _apply("gelu", x)


def leaky_relu(x: Any, negative_slope: float = 0.2) -> Array:
    """x where positive, else `negative_slope * x`.

    >>> leaky_relu([2.0, -10.0]).tolist()
    [2.0, -2.0]
    """
    return _apply("leaky_relu", x, alpha=negative_slope)


def linear(x: Any) -> Array:
    """x itself.

    >>> linear([1.0]).tolist()
    [1.0]
    """
    return np.asarray(x)


def relu(
    x: Any, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0
) -> Array:
    """`max(x, 0)`; with `negative_slope`, `leaky_relu`.

    Raises:
        ValueError: with `max_value` or `threshold`.

    >>> relu([-1.0, 2.0]).tolist()
    [0.0, 2.0]
    """
    _refuse("relu", "max_value", max_value is not None)
    _refuse("relu", "threshold", threshold != 0.0)
    return _apply("leaky_relu", x, alpha=negative_slope) if negative_slope else _apply("relu", x)


def sigmoid(x: Any) -> Array:
    """`1 / (1 + exp(-x))`.

    >>> sigmoid([0.0]).tolist()
    [0.5]
    """
    return _apply("sigmoid", x)


def silu(x: Any) -> Array:
    """`x * sigmoid(x)`, also called swish (Ramachandran et al., arXiv 1710.05941).

    >>> silu([0.0]).tolist()
    [0.0]
    """
    return _apply("silu", x)


def softmax(x: Any, axis: int = -1) -> Array:
    """`exp(x) / sum(exp(x))` over the last axis.

    Raises:
        ValueError: for another axis.

    >>> softmax([[0.0, 0.0]]).tolist()
    [[0.5, 0.5]]
    """
    _refuse("softmax", "axis", axis not in (-1, np.ndim(x) - 1))
    return _apply("softmax", x)


def softplus(x: Any) -> Array:
    """`log(1 + exp(x))`.

    >>> round(float(softplus([0.0])[0]), 4)
    0.6931
    """
    return _apply("softplus", x)


def tanh(x: Any) -> Array:
    """Hyperbolic tangent.

    >>> tanh([0.0]).tolist()
    [0.0]
    """
    return _apply("tanh", x)
