"""Activation functions: on arrays by themselves, and by name in layers."""

from typing import TYPE_CHECKING

from lamella.base.public_names import publish_package

if TYPE_CHECKING:
    from lamella.activations.functions import *
    from lamella.activations.lookup import *

publish_package(
    __name__,
    {
        "functions": (
            "celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish "
            "hard_tanh leaky_relu linear log_sigmoid log_softmax mish relu relu6 selu sigmoid "
            "silu soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid sparsemax "
            "squareplus swish tanh tanh_shrink threshold"
        ),
        "lookup": "deserialize get serialize",
    },
)
