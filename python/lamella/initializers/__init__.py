"""Initial values of weights, drawn with NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella._types import Config
from lamella.initializers.constant import Constant, Ones, Zeros
from lamella.initializers.function_initializer import FunctionInitializer
from lamella.initializers.initializer import Initializer
from lamella.initializers.orthogonal import Identity, Orthogonal
from lamella.initializers.random import RandomNormal, RandomUniform, TruncatedNormal
from lamella.initializers.variance_scaling import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    VarianceScaling,
)
from lamella.public_names import publish
from lamella.registry import Registry

__all__ = [
    "Constant",
    "FunctionInitializer",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "IdentityInitializer",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "OrthogonalInitializer",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "constant",
    "deserialize",
    "get",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "serialize",
    "truncated_normal",
    "variance_scaling",
    "zeros",
]

publish(__name__, __all__)

constant = Constant
glorot_normal = GlorotNormal
glorot_uniform = GlorotUniform
he_normal = HeNormal
he_uniform = HeUniform
identity = Identity
lecun_normal = LecunNormal
lecun_uniform = LecunUniform
ones = Ones
orthogonal = Orthogonal
random_normal = RandomNormal
random_uniform = RandomUniform
truncated_normal = TruncatedNormal
variance_scaling = VarianceScaling
zeros = Zeros
IdentityInitializer = Identity
OrthogonalInitializer = Orthogonal

_registry: Registry[Initializer] = Registry(
    "initializer", Initializer, "keras.initializers", wrap=FunctionInitializer
)
_registry.add(Constant, Ones, Zeros, RandomNormal, RandomUniform, TruncatedNormal, VarianceScaling)
_registry.add(GlorotNormal, GlorotUniform, HeNormal, HeUniform, LecunNormal, LecunUniform)
_registry.add(Identity, Orthogonal)
_registry.add(IdentityInitializer=Identity, OrthogonalInitializer=Orthogonal)
_registry.add(one=Ones, zero=Zeros, normal=RandomNormal, uniform=RandomUniform)


def get(identifier: Any) -> Initializer | None:
    """Return an initializer from a name, a config, an array, an initializer or a function `f(shape, dtype)`.

    None stays None: layers take `"glorot_uniform"` then. An array is for a variable of its shape. An
    initializer that was given no seed is copied, so that two layers sharing it start from different values.

    >>> type(get("he_normal")).__name__
    'HeNormal'
    >>> get(np.array([1.0, 2.0]))((2,)).tolist()
    [1.0, 2.0]
    """
    if identifier is None:
        return None
    if isinstance(identifier, (np.ndarray, np.generic)):
        return Constant.of_shape(identifier)
    if callable(identifier) and not isinstance(identifier, (type, Initializer)):
        return FunctionInitializer(identifier)
    found = _registry.get(identifier)
    return type(found).from_config(found.get_config()) if found is identifier else found


def deserialize(config: Config, custom_objects: dict[str, Any] | None = None) -> Initializer:
    """Rebuild an initializer from `serialize`'s dictionary or Keras's.

    >>> deserialize({"class_name": "Constant", "config": {"value": 0.5}}).value
    0.5
    """
    return _registry.deserialize(config, custom_objects)


def serialize(initializer: Initializer | None) -> Config | None:
    """Write an initializer as Keras writes it; None stays None.

    >>> serialize(Zeros())["class_name"]
    'Zeros'
    """
    if isinstance(initializer, FunctionInitializer):
        return _registry.describe_function(initializer.function)
    return _registry.serialize(initializer)
