"""What all schedules have in common."""

from __future__ import annotations

import math
from typing import Any, Self

import numpy as np

from lamella.base.checks import integer, number
from lamella.base.described import described
from lamella.base.registry import constructor_arguments
from lamella.base.results import NumberResult, answer
from lamella.base.types import Config


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

    def __call__(self, step: Any) -> Any:
        """The learning rate of a step, or those of an array of steps."""
        if isinstance(step, int):
            return NumberResult(self.rate(step))
        steps = np.asarray(step)
        rates = [self.rate(one) for one in steps.ravel().tolist()]
        return answer(np.reshape(rates, steps.shape)) if steps.ndim else NumberResult(rates[0])

    def rate(self, step: int) -> float:
        """The learning rate of a step as a plain float: the formula of the schedules that are here."""
        raise NotImplementedError(f"{type(self).__name__} must override __call__(self, step)")

    def rate_for_step(self, step: int) -> Any:
        """What optimizers ask: the formula, unless a class of one's own is called."""
        plain = type(self).__call__ is LearningRateSchedule.__call__
        return self.rate(step) if plain else self(step)

    def __repr__(self) -> str:
        return described(self)

    def get_config(self) -> Config:
        """The constructor's arguments."""
        raise NotImplementedError(f"{type(self).__name__} must override get_config() to be serialized")

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Rebuild from `get_config`'s dictionary or Keras's."""
        return cls(**constructor_arguments(cls, config))


def steps(owner: str, argument: str, value: Any, above: float | None = 0) -> int | float:
    """A number of steps: whole ones as an integer, which compares and divides exactly however large it is."""
    count = number(owner, argument, value, above=above)
    return integer(owner, argument, value) if count.is_integer() else count


def power(base: float, exponent: float) -> float:
    """`base ** exponent`, infinite where no number is large enough."""
    try:
        return float(base**exponent)
    except OverflowError:
        return math.inf
