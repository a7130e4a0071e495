"""Schedules of the learning rate by their configs."""

from __future__ import annotations

from typing import Any

from lamella.base.registry import Registry
from lamella.base.types import Config
from lamella.optimizers.schedules.schedule import LearningRateSchedule

_registry: Registry[LearningRateSchedule] = Registry(
    "learning rate schedule", LearningRateSchedule, "optimizers.schedules"
)


def serialize(learning_rate_schedule: LearningRateSchedule) -> Config | None:
    """Write a schedule as Keras writes it.

    >>> serialize(lamella.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5))["class_name"]
    'ExponentialDecay'
    """
    return _registry.serialize(learning_rate_schedule)


def deserialize(config: Config, custom_objects: dict[str, Any] | None = None) -> LearningRateSchedule:
    """Rebuild a schedule from `serialize`'s dictionary.

    >>> schedule = lamella.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    >>> deserialize(serialize(schedule)).get_config()["decay_rate"]
    0.5
    """
    return _registry.deserialize(config, custom_objects)
