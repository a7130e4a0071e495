"""The functions of `lamella.activations`, which also stand for activations of layers."""

from __future__ import annotations

from typing import Any

from lamella import activations
from lamella.activations import (
    celu,
    elu,
    glu,
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_swish,
    hard_tanh,
    leaky_relu,
    log_sigmoid,
    log_softmax,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    soft_shrink,
    softmax,
    softplus,
    softsign,
    sparse_plus,
    sparse_sigmoid,
    sparsemax,
    squareplus,
    swish,
    tanh,
    tanh_shrink,
    threshold,
)
from lamella.base.results import ArrayResult

__all__ = [
    "celu",
    "elu",
    "gelu",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "log_sigmoid",
    "log_softmax",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]


def gelu(x: Any, approximate: bool = True) -> ArrayResult:
    """As `lamella.activations.gelu`, approximate unless it is asked for exactly.

    >>> round(float(gelu([1.0])[0]), 4), round(float(gelu([1.0], approximate=False)[0]), 4)
    (0.8412, 0.8413)
    """
    return activations.gelu(x, approximate)
