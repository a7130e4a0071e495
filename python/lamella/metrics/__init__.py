"""Metrics: in `compile`, and on arrays by themselves."""

from typing import TYPE_CHECKING

from lamella.base.public_names import publish_package

if TYPE_CHECKING:
    from lamella.losses import binary_crossentropy as binary_crossentropy
    from lamella.losses import binary_focal_crossentropy as binary_focal_crossentropy
    from lamella.losses import categorical_crossentropy as categorical_crossentropy
    from lamella.losses import categorical_focal_crossentropy as categorical_focal_crossentropy
    from lamella.losses import categorical_hinge as categorical_hinge
    from lamella.losses import hinge as hinge
    from lamella.losses import huber as huber
    from lamella.losses import kl_divergence as kl_divergence
    from lamella.losses import log_cosh as log_cosh
    from lamella.losses import mean_absolute_error as mean_absolute_error
    from lamella.losses import mean_absolute_percentage_error as mean_absolute_percentage_error
    from lamella.losses import mean_squared_error as mean_squared_error
    from lamella.losses import mean_squared_logarithmic_error as mean_squared_logarithmic_error
    from lamella.losses import poisson as poisson
    from lamella.losses import sparse_categorical_crossentropy as sparse_categorical_crossentropy
    from lamella.losses import squared_hinge as squared_hinge
    from lamella.metrics.accuracy import *
    from lamella.metrics.from_losses import *
    from lamella.metrics.lookup import *
    from lamella.metrics.metric import *
    from lamella.metrics.reduction import *
    from lamella.metrics.scores import *
    from lamella.metrics.thresholds import *

publish_package(
    __name__,
    {
        "accuracy": (
            "Accuracy BinaryAccuracy CategoricalAccuracy SparseCategoricalAccuracy "
            "SparseTopKCategoricalAccuracy TopKCategoricalAccuracy binary_accuracy "
            "categorical_accuracy sparse_categorical_accuracy "
            "sparse_top_k_categorical_accuracy top_k_categorical_accuracy"
        ),
        "from_losses": (
            "BinaryCrossentropy CategoricalCrossentropy CategoricalHinge CosineSimilarity "
            "Hinge KLDivergence LogCoshError MeanAbsoluteError MeanAbsolutePercentageError "
            "MeanSquaredError MeanSquaredLogarithmicError Poisson RootMeanSquaredError "
            "SparseCategoricalCrossentropy SquaredHinge"
        ),
        "lookup": "deserialize get serialize",
        "metric": "Metric",
        "reduction": "Mean MeanMetricWrapper Sum",
        "scores": "F1Score FBetaScore R2Score",
        "thresholds": "AUC FalseNegatives FalsePositives Precision Recall TrueNegatives TruePositives",
        "lamella.losses": (
            "binary_crossentropy binary_focal_crossentropy categorical_crossentropy "
            "categorical_focal_crossentropy categorical_hinge hinge huber kl_divergence "
            "log_cosh mean_absolute_error mean_absolute_percentage_error mean_squared_error "
            "mean_squared_logarithmic_error poisson sparse_categorical_crossentropy "
            "squared_hinge"
        ),
    },
)
