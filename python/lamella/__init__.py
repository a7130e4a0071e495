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

from lamella.base.public_names import explain_imports, publish_package

if TYPE_CHECKING:
    from lamella import activations as activations
    from lamella import backend as backend
    from lamella import callbacks as callbacks
    from lamella import config as config
    from lamella import constraints as constraints
    from lamella import datasets as datasets
    from lamella import diagnostics as diagnostics
    from lamella import dtype_policies as dtype_policies
    from lamella import initializers as initializers
    from lamella import layers as layers
    from lamella import losses as losses
    from lamella import metrics as metrics
    from lamella import mixed_precision as mixed_precision
    from lamella import models as models
    from lamella import ops as ops
    from lamella import optimizers as optimizers
    from lamella import preprocessing as preprocessing
    from lamella import random as random
    from lamella import regularizers as regularizers
    from lamella import saving as saving
    from lamella import utils as utils
    from lamella import wrappers as wrappers
    from lamella._core import __version__ as __version__
    from lamella.base.release import version as version
    from lamella.base.scopes import device as device
    from lamella.base.scopes import name_scope as name_scope
    from lamella.dtype_policies import DTypePolicy as DTypePolicy
    from lamella.dtype_policies import FloatDTypePolicy as FloatDTypePolicy
    from lamella.initializers import Initializer as Initializer
    from lamella.layers import Input as Input
    from lamella.layers import InputLayer as InputLayer
    from lamella.layers import InputSpec as InputSpec
    from lamella.layers import Layer as Layer
    from lamella.losses import Loss as Loss
    from lamella.metrics import Metric as Metric
    from lamella.models import Model as Model
    from lamella.models import Sequential as Sequential
    from lamella.optimizers import Optimizer as Optimizer
    from lamella.regularizers import Regularizer as Regularizer
    from lamella.variable import Variable as Variable

publish_package(
    __name__,
    {
        "_core": "__version__",
        "dtype_policies": "DTypePolicy FloatDTypePolicy",
        "initializers": "Initializer",
        "layers": "Input InputLayer InputSpec Layer",
        "losses": "Loss",
        "metrics": "Metric",
        "models": "Model Sequential",
        "optimizers": "Optimizer",
        "regularizers": "Regularizer",
        "base.scopes": "device name_scope",
        "variable": "Variable",
        "base.release": "version",
    },
    modules=(
        "activations backend callbacks config constraints datasets diagnostics dtype_policies "
        "initializers layers losses metrics mixed_precision models ops optimizers preprocessing "
        "random regularizers saving utils wrappers"
    ),
)
explain_imports()
