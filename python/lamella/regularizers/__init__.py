"""Penalties on weights and on outputs of layers, added to the loss."""

from typing import TYPE_CHECKING

from lamella.base.public_names import publish_package

if TYPE_CHECKING:
    from lamella.regularizers.function_regularizer import *
    from lamella.regularizers.lookup import *
    from lamella.regularizers.norms import *
    from lamella.regularizers.orthogonal import *
    from lamella.regularizers.regularizer import *

publish_package(
    __name__,
    {
        "function_regularizer": "FunctionRegularizer",
        "lookup": "deserialize get serialize",
        "norms": "L1 L1L2 L2 l1 l1_l2 l2",
        "orthogonal": "OrthogonalRegularizer orthogonal_regularizer",
        "regularizer": "Regularizer",
    },
)
