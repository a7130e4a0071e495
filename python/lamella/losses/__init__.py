"""Losses: in `compile`, and on arrays by themselves."""

from typing import TYPE_CHECKING

from lamella.base.public_names import publish_package

if TYPE_CHECKING:
    from lamella.losses.crossentropy import *
    from lamella.losses.distributions import *
    from lamella.losses.focal import *
    from lamella.losses.function_loss import *
    from lamella.losses.lookup import *
    from lamella.losses.loss import *
    from lamella.losses.margins import *
    from lamella.losses.region import *
    from lamella.losses.regression import *

publish_package(
    __name__,
    {
        "crossentropy": (
            "BinaryCrossentropy CategoricalCrossentropy SparseCategoricalCrossentropy "
            "binary_crossentropy categorical_crossentropy sparse_categorical_crossentropy"
        ),
        "distributions": "KLDivergence Poisson kl_divergence poisson",
        "focal": (
            "BinaryFocalCrossentropy CategoricalFocalCrossentropy "
            "CategoricalGeneralizedCrossEntropy binary_focal_crossentropy "
            "categorical_focal_crossentropy categorical_generalized_cross_entropy"
        ),
        "function_loss": "FunctionLoss",
        "lookup": "deserialize get serialize",
        "loss": "Loss",
        "margins": "CategoricalHinge Hinge SquaredHinge categorical_hinge hinge squared_hinge",
        "region": "Dice Tversky dice tversky",
        "regression": (
            "CosineSimilarity Huber LogCosh MeanAbsoluteError MeanAbsolutePercentageError "
            "MeanSquaredError MeanSquaredLogarithmicError cosine_similarity huber log_cosh "
            "mean_absolute_error mean_absolute_percentage_error mean_squared_error "
            "mean_squared_logarithmic_error"
        ),
    },
)
