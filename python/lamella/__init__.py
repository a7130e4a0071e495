"""lamella, a thin layer: neural networks trained on CPUs, by a native core under Keras's Sequential API.

>>> import numpy as np, lamella
>>> model = lamella.Sequential([lamella.Input((4,)), lamella.layers.Dense(8), lamella.layers.Dense(1)])
>>> model.compile("adam", "mse")
>>> x = np.random.default_rng(0).normal(size=(64, 4))
>>> history = model.fit(x, x.sum(axis=1), epochs=3, verbose=0)
>>> len(history.history["loss"])
3
"""

from lamella import (
    activations,
    callbacks,
    config,
    diagnostics,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    regularizers,
    utils,
)
from lamella._core import __version__
from lamella.layers import Input, InputLayer, Layer
from lamella.models import Model, Sequential
from lamella.variable import Variable

__all__ = [
    "Input",
    "InputLayer",
    "Layer",
    "Model",
    "Sequential",
    "Variable",
    "__version__",
    "activations",
    "callbacks",
    "config",
    "diagnostics",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "regularizers",
    "utils",
]
