"""Metrics: in `compile`, and on arrays by themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, overload

from lamella import losses
from lamella._types import Array, Config
from lamella.losses import (
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_hinge,
    hinge,
    huber,
    kl_divergence,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)
from lamella.metrics.accuracy import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from lamella.metrics.from_losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    CategoricalHinge,
    CosineSimilarity,
    Hinge,
    KLDivergence,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
    RootMeanSquaredError,
    SparseCategoricalCrossentropy,
    SquaredHinge,
)
from lamella.metrics.metric import Metric
from lamella.metrics.reduction import (
    Mean,
    MeanMetricWrapper,
    Sum,
)
from lamella.metrics.scores import (
    F1Score,
    FBetaScore,
    R2Score,
)
from lamella.metrics.thresholds import (
    AUC,
    FalseNegatives,
    FalsePositives,
    Precision,
    Recall,
    TrueNegatives,
    TruePositives,
)
from lamella.public_names import publish
from lamella.registry import Registry

__all__ = [
    "AUC",
    "Accuracy",
    "BinaryAccuracy",
    "BinaryCrossentropy",
    "CategoricalAccuracy",
    "CategoricalCrossentropy",
    "CategoricalHinge",
    "CosineSimilarity",
    "F1Score",
    "FBetaScore",
    "FalseNegatives",
    "FalsePositives",
    "Hinge",
    "KLDivergence",
    "LogCoshError",
    "Mean",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanMetricWrapper",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Metric",
    "Poisson",
    "Precision",
    "R2Score",
    "Recall",
    "RootMeanSquaredError",
    "SparseCategoricalAccuracy",
    "SparseCategoricalCrossentropy",
    "SparseTopKCategoricalAccuracy",
    "SquaredHinge",
    "Sum",
    "TopKCategoricalAccuracy",
    "TrueNegatives",
    "TruePositives",
    "binary_accuracy",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_accuracy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_hinge",
    "deserialize",
    "get",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "poisson",
    "serialize",
    "sparse_categorical_accuracy",
    "sparse_categorical_crossentropy",
    "sparse_top_k_categorical_accuracy",
    "squared_hinge",
    "top_k_categorical_accuracy",
]

publish(__name__, __all__)

_FUNCTIONS: dict[Callable[..., Array], type[Metric]] = {
    binary_accuracy: BinaryAccuracy,
    categorical_accuracy: CategoricalAccuracy,
    sparse_categorical_accuracy: SparseCategoricalAccuracy,
    losses.categorical_hinge: CategoricalHinge,
    losses.hinge: Hinge,
    losses.kl_divergence: KLDivergence,
    losses.log_cosh: LogCoshError,
    losses.mean_absolute_percentage_error: MeanAbsolutePercentageError,
    losses.mean_squared_logarithmic_error: MeanSquaredLogarithmicError,
    losses.poisson: Poisson,
    losses.squared_hinge: SquaredHinge,
    losses.binary_crossentropy: BinaryCrossentropy,
    losses.categorical_crossentropy: CategoricalCrossentropy,
    losses.mean_absolute_error: MeanAbsoluteError,
    losses.mean_squared_error: MeanSquaredError,
    losses.sparse_categorical_crossentropy: SparseCategoricalCrossentropy,
}

_registry: Registry[Metric] = Registry(
    "metric",
    Metric,
    "keras.metrics",
    by_targets=("accuracy", "acc", "crossentropy", "ce"),
    functions=_FUNCTIONS,
    wrap=MeanMetricWrapper,
)
_registry.add(
    AUC,
    Accuracy,
    BinaryAccuracy,
    BinaryCrossentropy,
    CategoricalAccuracy,
    CategoricalCrossentropy,
    CategoricalHinge,
    CosineSimilarity,
    F1Score,
    FBetaScore,
    FalseNegatives,
    FalsePositives,
    Hinge,
    KLDivergence,
    LogCoshError,
    Mean,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanMetricWrapper,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
    Precision,
    R2Score,
    Recall,
    RootMeanSquaredError,
    SparseCategoricalAccuracy,
    SparseCategoricalCrossentropy,
    SparseTopKCategoricalAccuracy,
    SquaredHinge,
    Sum,
    TopKCategoricalAccuracy,
    TrueNegatives,
    TruePositives,
)
_registry.add(
    auc=AUC,
    bce=BinaryCrossentropy,
    kl_divergence=KLDivergence,
    mae=MeanAbsoluteError,
    mape=MeanAbsolutePercentageError,
    mse=MeanSquaredError,
    msle=MeanSquaredLogarithmicError,
    f1_score=F1Score,
    f_beta_score=FBetaScore,
    r2_score=R2Score,
)


@overload
def get(identifier: None) -> None: ...
@overload
def get(identifier: Any) -> Metric: ...
def get(identifier: Any) -> Metric | None:
    """Return a metric from a name, a config, a metric, a function of this module or one of your own.

    None stays None.

    Raises:
        ValueError: for a name that is not known.
        TypeError: for anything else.

    >>> get("mae").name
    'mean_absolute_error'
    """
    return None if identifier is None else _registry.get(identifier)


def serialize(metric: Metric) -> Config | None:
    """Write a metric as Keras writes it.

    >>> serialize(BinaryAccuracy())["config"]["threshold"]
    0.5
    """
    return _registry.serialize(metric)


def deserialize(config: Config, custom_objects: dict[str, Any] | None = None) -> Metric:
    """Rebuild a metric from `serialize`'s dictionary.

    >>> deserialize({"class_name": "BinaryAccuracy", "config": {"threshold": 0.7}}).threshold
    0.7
    """
    return _registry.deserialize(config, custom_objects)
