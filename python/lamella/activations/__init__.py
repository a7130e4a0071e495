"""Activation functions: on arrays by themselves, and by name in layers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeAlias

from lamella._types import Array, Config, Shape, Spec
from lamella.activations.functions import (
    celu,
    elu,
    exponential,
    gelu,
    glu,
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_tanh,
    leaky_relu,
    linear,
    log_sigmoid,
    log_softmax,
    mish,
    relu,
    relu6,
    relu_spec,
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
    tanh,
    tanh_shrink,
    threshold,
)
from lamella.naming import unknown_name

__all__ = [
    "celu",
    "deserialize",
    "elu",
    "exponential",
    "gelu",
    "get",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "serialize",
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

ActivationFunction: TypeAlias = Callable[..., Array]

hard_swish = hard_silu
swish = silu

# The native kind and numbers of each function with its default arguments; `threshold` has none.
_SPECS: dict[ActivationFunction, Spec | None] = {
    celu: ("celu", {"a": 1.0}),
    elu: ("elu", {"a": 1.0}),
    exponential: ("exponential", {}),
    gelu: ("gelu", {}),
    glu: ("glu", {}),
    hard_shrink: ("hard_shrink", {"a": 0.5}),
    hard_sigmoid: ("hard_sigmoid", {"a": 1 / 6}),
    hard_silu: ("hard_silu", {}),
    hard_tanh: ("bounded_relu", {"threshold": -math.inf, "low": -1.0, "high": 1.0}),
    leaky_relu: ("leaky_relu", {"a": 0.2}),
    linear: None,
    log_sigmoid: ("log_sigmoid", {}),
    log_softmax: ("log_softmax", {}),
    mish: ("mish", {}),
    relu: ("relu", {}),
    relu6: relu_spec(0.0, 6.0, 0.0),
    selu: ("selu", {}),
    sigmoid: ("sigmoid", {}),
    silu: ("silu", {}),
    soft_shrink: ("soft_shrink", {"a": 0.5}),
    softmax: ("softmax", {}),
    softplus: ("softplus", {}),
    softsign: ("softsign", {}),
    sparse_plus: ("sparse_plus", {}),
    sparse_sigmoid: ("hard_sigmoid", {"a": 0.5}),
    sparsemax: ("sparsemax", {}),
    squareplus: ("squareplus", {"a": 4.0}),
    tanh: ("tanh", {}),
    tanh_shrink: ("tanh_shrink", {}),
}
_NAMES: dict[str, ActivationFunction] = {function.__name__: function for function in _SPECS}
_NAMES |= {"hard_swish": hard_silu, "swish": silu}


def get(identifier: Any) -> ActivationFunction:
    """Return the activation function of a name, or the function itself; None gives `linear`.

    Raises:
        ValueError: for a name that is not known.
        TypeError: for a function that is not one of this module's, or needs arguments.

    >>> get("relu") is relu, get(None) is linear
    (True, True)
    >>> get("rellu")
    Traceback (most recent call last):
    ...
    ValueError: Unknown activation 'rellu'. Did you mean 'relu'? Available: celu, ...
    """
    if identifier is None:
        return linear
    if isinstance(identifier, str):
        function = _NAMES.get(identifier)
        if function is None:
            raise unknown_name("activation", identifier, _NAMES)
        return function
    if callable(identifier) and identifier in _SPECS:
        known: ActivationFunction = identifier
        return known
    raise TypeError(
        "Expected the name or a function of lamella.activations: a function of your own becomes a layer with "
        f"forward() and backward(). Received: {identifier!r}"
    )


def serialize(activation: ActivationFunction) -> str:
    """Return the name that `get` takes.

    >>> serialize(relu)
    'relu'
    """
    return activation.__name__


def deserialize(config: Any, custom_objects: Config | None = None) -> ActivationFunction:
    """Return the activation function of a name, as `get`; `custom_objects` is taken for Keras's sake.

    >>> deserialize("relu") is relu
    True
    """
    return get(config)


def spec(activation: ActivationFunction) -> Spec | None:
    """Return the native kind and its numbers, None for `linear`."""
    return _SPECS[activation]


def output_shape(activation: ActivationFunction, input_shape: Shape) -> Shape:
    """Return the shape of the output, batch axis first: that of the input, but `glu` halves the last axis."""
    if activation is not glu or input_shape[-1] is None:
        return tuple(input_shape)
    return (*input_shape[:-1], input_shape[-1] // 2)
