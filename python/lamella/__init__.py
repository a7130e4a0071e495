"""lamella, a thin layer: neural networks trained on CPUs, by a native core under Keras's Sequential API.

>>> import numpy as np, lamella
>>> model = lamella.Sequential([lamella.Input((4,)), lamella.layers.Dense(8), lamella.layers.Dense(1)])
>>> model.compile("adam", "mse")
>>> x = np.random.default_rng(0).normal(size=(64, 4))
>>> history = model.fit(x, x.sum(axis=1), epochs=3, verbose=0)
>>> len(history.history["loss"])
3
"""

from typing import TYPE_CHECKING

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
from lamella.initializers import Initializer
from lamella.layers import Input, InputLayer, InputSpec, Layer
from lamella.losses import Loss
from lamella.metrics import Metric
from lamella.models import Model, Sequential
from lamella.optimizers import Optimizer
from lamella.public_names import explain_imports, publish
from lamella.regularizers import Regularizer
from lamella.scopes import device, name_scope
from lamella.variable import Variable

if TYPE_CHECKING:
    from lamella import (
        backend,
        datasets,
        diagnostics,
        dtype_policies,
        mixed_precision,
        ops,
        preprocessing,
        random,
        wrappers,
    )
    from lamella.dtype_policies import DTypePolicy, FloatDTypePolicy

__all__ = [
    "DTypePolicy",
    "FloatDTypePolicy",
    "Initializer",
    "Input",
    "InputLayer",
    "InputSpec",
    "Layer",
    "Loss",
    "Metric",
    "Model",
    "Optimizer",
    "Regularizer",
    "Sequential",
    "Variable",
    "__version__",
    "activations",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "device",
    "diagnostics",
    "dtype_policies",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "mixed_precision",
    "models",
    "name_scope",
    "ops",
    "optimizers",
    "preprocessing",
    "random",
    "regularizers",
    "saving",
    "utils",
    "version",
    "wrappers",
]


def version() -> str:
    """The version of the library.

    >>> version() == __version__
    True
    """
    return __version__


_ON_DEMAND = {
    "DTypePolicy": "lamella.dtype_policies",
    "FloatDTypePolicy": "lamella.dtype_policies",
    "backend": "lamella.backend",
    "datasets": "lamella.datasets",
    "diagnostics": "lamella.diagnostics",
    "dtype_policies": "lamella.dtype_policies",
    "mixed_precision": "lamella.mixed_precision",
    "ops": "lamella.ops",
    "preprocessing": "lamella.preprocessing",
    "random": "lamella.random",
    "wrappers": "lamella.wrappers",
}
"""What most programs never use, with its module: these start the sooner."""

publish(__name__, __all__, _ON_DEMAND)
explain_imports()
