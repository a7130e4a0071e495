"""Polynomial decay."""

from __future__ import annotations

import math

from lamella._types import Config
from lamella.optimizers.schedules.schedule import LearningRateSchedule, require_positive


class PolynomialDecay(LearningRateSchedule):
    """`(initial_learning_rate - end_learning_rate) * (1 - step / decay_steps) ** power + end_learning_rate`.

    Args:
        initial_learning_rate: the rate of step 0.
        decay_steps: the step at which the rate arrives at its end, positive.
        end_learning_rate: the rate from there on. Defaults to 0.0001.
        power: defaults to 1, a straight line.
        cycle: whether to go on instead, towards the next multiple of decay_steps. Defaults to False.
        name: defaults to "PolynomialDecay".

    Raises:
        ValueError: when `decay_steps` is not positive.

    >>> PolynomialDecay(0.5, 10, end_learning_rate=0.0)(5)
    0.25
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = require_positive(self, "decay_steps", decay_steps)
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def __call__(self, step: int) -> float:
        steps: float = self.decay_steps
        if self.cycle:
            steps *= max(1, math.ceil(step / steps))
        left = 1.0 - min(step, steps) / steps
        span = self.initial_learning_rate - self.end_learning_rate
        return float(span * left**self.power + self.end_learning_rate)

    def get_config(self) -> Config:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "end_learning_rate": self.end_learning_rate,
            "power": self.power,
            "cycle": self.cycle,
            "name": self.name,
        }
