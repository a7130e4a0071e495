"""What all schedules have in common."""

from __future__ import annotations

from typing import Any, Self

from lamella._types import Config
from lamella.registry import constructor_arguments


class LearningRateSchedule:
    """Base class of learning rate schedules: called with a step, counted from 0, they return its rate.

    Pass one to an optimizer in place of the rate. A schedule of one's own overrides `__call__` and
    `get_config`.

    >>> class Halving(LearningRateSchedule):
    ...     def __call__(self, step):
    ...         return 0.1 * 0.5 ** (step // 100)
    >>> lamella.optimizers.SGD(Halving()).learning_rate
    0.1
    """

    def __call__(self, step: int) -> float:
        """The learning rate of a step."""
        raise NotImplementedError(f"{type(self).__name__} must override __call__(self, step)")

    def get_config(self) -> Config:
        """The constructor's arguments."""
        raise NotImplementedError(f"{type(self).__name__} must override get_config() to be serialized")

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Rebuild from `get_config`'s dictionary or Keras's."""
        return cls(**constructor_arguments(cls, config))


def require_positive(owner: object, argument: str, value: Any) -> float:
    """Return the value; raise ValueError unless it is a positive number."""
    if not value > 0:
        raise ValueError(f"{type(owner).__name__}: '{argument}' must be positive. Received: {value!r}")
    return value  # type: ignore[no-any-return]
