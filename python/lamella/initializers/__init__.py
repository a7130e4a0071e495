"""Initial values of weights, drawn with NumPy."""

from __future__ import annotations

from typing import Any

from lamella._types import Config
from lamella.initializers.constant import Constant, Ones, Zeros
from lamella.initializers.initializer import Initializer
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
from lamella.registry import Registry

__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "get",
    "serialize",
]

_registry: Registry[Initializer] = Registry("initializer", Initializer, "keras.initializers")
_registry.add(Constant, Ones, Zeros, RandomNormal, RandomUniform, TruncatedNormal, VarianceScaling)
_registry.add(GlorotNormal, GlorotUniform, HeNormal, HeUniform, LecunNormal, LecunUniform)
_registry.add(one=Ones, zero=Zeros, normal=RandomNormal, uniform=RandomUniform)


def get(identifier: Any) -> Initializer:
    """Return an initializer from a name, a config or an initializer.

    An initializer that was given no seed is copied, so that two layers sharing it start from different
    values.

    >>> type(get("he_normal")).__name__
    'HeNormal'
    """
    found = _registry.get(identifier)
    return type(found).from_config(found.get_config()) if found is identifier else found


def serialize(initializer: Initializer) -> Config | None:
    """Write an initializer as Keras writes it.

    >>> serialize(Zeros())["class_name"]
    'Zeros'
    """
    return _registry.serialize(initializer)
