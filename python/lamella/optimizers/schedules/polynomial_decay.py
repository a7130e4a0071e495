"""Polynomial decay."""

from __future__ import annotations

from lamella.base.checks import flag, number
from lamella.base.naming import checked_name
from lamella.base.types import Config
from lamella.optimizers.schedules.schedule import LearningRateSchedule, steps


class PolynomialDecay(LearningRateSchedule):
    """`(initial_learning_rate - end_learning_rate) * (1 - step / decay_steps) ** power + end_learning_rate`.

    Args:
        initial_learning_rate: the rate of step 0.
        decay_steps: the step at which the rate arrives at its end, positive.
        end_learning_rate: the rate from there on. Defaults to 0.0001.
        power: not negative. Defaults to 1, a straight line.
        cycle: whether to go on instead, towards the next multiple of decay_steps. Defaults to False.
        name: defaults to "PolynomialDecay".

    Raises:
        ValueError: for an argument outside its range.

    >>> PolynomialDecay(0.5, 10, end_learning_rate=0.0)(5)
    0.25
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str | None = "PolynomialDecay",
    ) -> None:
        owner = type(self).__name__
        self.initial_learning_rate = number(owner, "initial_learning_rate", initial_learning_rate, least=0)
        self.decay_steps = steps(owner, "decay_steps", decay_steps)
        self.end_learning_rate = number(owner, "end_learning_rate", end_learning_rate, least=0)
        self.power = number(owner, "power", power, least=0)
        self.cycle = flag(owner, "cycle", cycle)
        self.name = checked_name(type(self), name)

    def rate(self, step: int) -> float:
        end: float = self.decay_steps
        if self.cycle:
            end *= max(1, -(-step // end))
        left = max(end - step, 0) / end
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
