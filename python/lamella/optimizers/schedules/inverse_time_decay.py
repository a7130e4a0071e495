"""Decay by the inverse of time."""

from __future__ import annotations

from lamella.base.checks import flag, number
from lamella.base.naming import checked_name
from lamella.base.types import Config
from lamella.optimizers.schedules.schedule import LearningRateSchedule, steps


class InverseTimeDecay(LearningRateSchedule):
    """`initial_learning_rate / (1 + decay_rate * step / decay_steps)`.

    Args:
        initial_learning_rate: the rate of step 0.
        decay_steps: steps in which the decay acts once, positive.
        decay_rate: how strong it is, not negative.
        staircase: whether the rate falls at multiples of decay_steps only. Defaults to False.
        name: defaults to "InverseTimeDecay".

    Raises:
        ValueError: for an argument outside its range.

    >>> InverseTimeDecay(0.1, 10, 1.0)(10)
    0.05
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str | None = "InverseTimeDecay",
    ) -> None:
        owner = type(self).__name__
        self.initial_learning_rate = number(owner, "initial_learning_rate", initial_learning_rate, least=0)
        self.decay_steps = steps(owner, "decay_steps", decay_steps)
        self.decay_rate = number(owner, "decay_rate", decay_rate, least=0)
        self.staircase = flag(owner, "staircase", staircase)
        self.name = checked_name(type(self), name)

    def rate(self, step: int) -> float:
        fraction = step // self.decay_steps if self.staircase else step / self.decay_steps
        return self.initial_learning_rate / (1.0 + self.decay_rate * fraction)

    def get_config(self) -> Config:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "staircase": self.staircase,
            "name": self.name,
        }
