"""lamella, a thin layer: neural networks trained on CPUs, by a native core under Keras's Sequential API.

>>> import numpy as np, lamella
>>> model = lamella.Sequential([lamella.Input((4,)), lamella.layers.Dense(8), lamella.layers.Dense(1)])
>>> model.compile("adam", "mse")
>>> x = np.random.default_rng(0).normal(size=(64, 4))
>>> history = model.fit(x, x.sum(axis=1), epochs=3, verbose=0)
>>> len(history.history["loss"])
3
"""

from typing import TYPE_CHECKING, Any

from lamella import (
    activations,
    callbacks,
    config,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    regularizers,
    saving,
    utils,
)
from lamella._core import __version__
from lamella.layers import Input, InputLayer, Layer
from lamella.models import Model, Sequential
from lamella.variable import Variable

if TYPE_CHECKING:
    from lamella import backend, datasets, diagnostics, preprocessing, random

__all__ = [
    "Input",
    "InputLayer",
    "Layer",
    "Model",
    "Sequential",
    "Variable",
    "__version__",
    "activations",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "diagnostics",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "preprocessing",
    "random",
    "regularizers",
    "saving",
    "utils",
]


_ON_DEMAND = ("backend", "datasets", "diagnostics", "preprocessing", "random")
"""Modules that most programs never use: these start the sooner."""


def __getattr__(name: str) -> Any:
    """Load a module of `_ON_DEMAND` when it is first used."""
    if name in _ON_DEMAND:
        from importlib import import_module

        return import_module(f"lamella.{name}")
    raise AttributeError(f"module 'lamella' has no attribute {name!r}")
