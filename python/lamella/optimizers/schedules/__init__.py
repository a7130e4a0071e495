"""Learning rates that follow the number of the step."""

from __future__ import annotations

from typing import Any

from lamella._types import Config
from lamella.optimizers.schedules.cosine_decay import CosineDecay
from lamella.optimizers.schedules.cosine_decay_restarts import CosineDecayRestarts
from lamella.optimizers.schedules.exponential_decay import ExponentialDecay
from lamella.optimizers.schedules.function_rate import FunctionRate
from lamella.optimizers.schedules.inverse_time_decay import InverseTimeDecay
from lamella.optimizers.schedules.piecewise_constant_decay import PiecewiseConstantDecay
from lamella.optimizers.schedules.polynomial_decay import PolynomialDecay
from lamella.optimizers.schedules.schedule import LearningRateSchedule
from lamella.public_names import publish
from lamella.registry import Registry

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "FunctionRate",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]

publish(__name__, __all__)

_registry: Registry[LearningRateSchedule] = Registry(
    "learning rate schedule", LearningRateSchedule, "keras.optimizers.schedules"
)
_registry.add(
    CosineDecay,
    CosineDecayRestarts,
    ExponentialDecay,
    FunctionRate,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
)


def serialize(learning_rate_schedule: LearningRateSchedule) -> Config | None:
    """Write a schedule as Keras writes it.

    >>> serialize(ExponentialDecay(0.1, 10, 0.5))["class_name"]
    'ExponentialDecay'
    """
    return _registry.serialize(learning_rate_schedule)


def deserialize(config: Config, custom_objects: dict[str, Any] | None = None) -> LearningRateSchedule:
    """Rebuild a schedule from `serialize`'s dictionary.

    >>> deserialize(serialize(ExponentialDecay(0.1, 10, 0.5))).get_config()["decay_rate"]
    0.5
    """
    return _registry.deserialize(config, custom_objects)
