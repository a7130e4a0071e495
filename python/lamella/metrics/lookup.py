"""Metrics by their names, configs and functions."""

from __future__ import annotations

from typing import Any, overload

from lamella.base.registry import Registry
from lamella.base.types import Config
from lamella.metrics.metric import Metric
from lamella.metrics.reduction import MeanMetricWrapper

_registry: Registry[Metric] = Registry(
    "metric",
    Metric,
    "metrics",
    aliases={
        "auc": "AUC",
        "bce": "BinaryCrossentropy",
        "f1_score": "F1Score",
        "f_beta_score": "FBetaScore",
        "kl_divergence": "KLDivergence",
        "log_cosh": "LogCoshError",
        "mae": "MeanAbsoluteError",
        "mape": "MeanAbsolutePercentageError",
        "mse": "MeanSquaredError",
        "msle": "MeanSquaredLogarithmicError",
        "r2_score": "R2Score",
    },
    by_targets=("accuracy", "acc", "crossentropy", "ce"),
    wrap=MeanMetricWrapper,
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

    >>> serialize(lamella.metrics.BinaryAccuracy())["config"]["threshold"]
    0.5
    """
    return _registry.serialize(metric)


def deserialize(config: Config, custom_objects: dict[str, Any] | None = None) -> Metric:
    """Rebuild a metric from `serialize`'s dictionary.

    >>> deserialize({"class_name": "BinaryAccuracy", "config": {"threshold": 0.7}}).threshold
    0.7
    """
    return _registry.deserialize(config, custom_objects)
