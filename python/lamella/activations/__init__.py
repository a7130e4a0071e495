"""Activation functions: on arrays by themselves, and by name in layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from lamella._types import Array, Spec
from lamella.activations.functions import (
    elu,
    gelu,
    leaky_relu,
    linear,
    relu,
    sigmoid,
    silu,
    softmax,
    softplus,
    tanh,
)
from lamella.naming import unknown_name

__all__ = [
    "elu",
    "gelu",
    "get",
    "leaky_relu",
    "linear",
    "relu",
    "serialize",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "tanh",
]

ActivationFunction: TypeAlias = Callable[..., Array]

_SPECS: dict[ActivationFunction, Spec | None] = {
    elu: ("elu", {"alpha": 1.0}),
    gelu: ("gelu", {}),
    leaky_relu: ("leaky_relu", {"alpha": 0.2}),
    linear: None,
    relu: ("relu", {}),
    sigmoid: ("sigmoid", {}),
    silu: ("silu", {}),
    softmax: ("softmax", {}),
    softplus: ("softplus", {}),
    tanh: ("tanh", {}),
}
_NAMES: dict[str, ActivationFunction] = {function.__name__: function for function in _SPECS} | {"swish": silu}


def get(identifier: Any) -> ActivationFunction:
    """Return the activation function of a name, or the function itself; None gives `linear`.

    Raises:
        ValueError: for a name that is not known.
        TypeError: for a function that is not one of this module's.

    >>> get("relu") is relu, get(None) is linear
    (True, True)
    >>> get("rellu")
    Traceback (most recent call last):
    ...
    ValueError: Unknown activation 'rellu'. Did you mean 'relu'? Available: elu, ...
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
    raise TypeError(f"Expected the name or a function of lamella.activations. Received: {identifier!r}")


def serialize(activation: ActivationFunction) -> str:
    """Return the name that `get` takes.

    >>> serialize(relu)
    'relu'
    """
    return activation.__name__


def spec(activation: ActivationFunction) -> Spec | None:
    """Return the native kind and its numbers, None for `linear`."""
    return _SPECS[activation]
