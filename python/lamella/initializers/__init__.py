"""Initial values of weights, drawn with NumPy."""

from typing import TYPE_CHECKING

from lamella.base.public_names import publish_package

if TYPE_CHECKING:
    from lamella.initializers.constants import *
    from lamella.initializers.fans import *
    from lamella.initializers.function_initializer import *
    from lamella.initializers.initializer import *
    from lamella.initializers.lookup import *
    from lamella.initializers.matrices import *
    from lamella.initializers.random import *

publish_package(
    __name__,
    {
        "constants": "Constant Ones Zeros constant ones zeros",
        "fans": (
            "GlorotNormal GlorotUniform HeNormal HeUniform LecunNormal LecunUniform "
            "VarianceScaling glorot_normal glorot_uniform he_normal he_uniform lecun_normal "
            "lecun_uniform variance_scaling"
        ),
        "function_initializer": "FunctionInitializer",
        "initializer": "Initializer",
        "lookup": "deserialize get serialize",
        "matrices": "Identity IdentityInitializer Orthogonal OrthogonalInitializer identity orthogonal",
        "random": "RandomNormal RandomUniform TruncatedNormal random_normal random_uniform truncated_normal",
    },
)
