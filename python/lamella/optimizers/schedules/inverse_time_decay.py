"""Decay by the inverse of time."""

from __future__ import annotations

import math

from lamella._types import Config
from lamella.optimizers.schedules.schedule import LearningRateSchedule, require_positive


class InverseTimeDecay(LearningRateSchedule):
    """`initial_learning_rate / (1 + decay_rate * step / decay_steps)`.

    Args:
        initial_learning_rate: the rate of step 0.
        decay_steps: steps in which the decay acts once, positive.
        decay_rate: how strong it is.
        staircase: whether the rate falls at multiples of decay_steps only. Defaults to False.
        name: defaults to "InverseTimeDecay".

    Raises:
        ValueError: when `decay_steps` is not positive.

    >>> InverseTimeDecay(0.1, 10, 1.0)(10)
    0.05
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = require_positive(self, "decay_steps", decay_steps)
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step: int) -> float:
        fraction = step / self.decay_steps
        if self.staircase:
            fraction = math.floor(fraction)
        return self.initial_learning_rate / (1.0 + self.decay_rate * fraction)

    def get_config(self) -> Config:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "staircase": self.staircase,
            "name": self.name,
        }
