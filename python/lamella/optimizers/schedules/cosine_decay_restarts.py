"""Cosine decay with restarts."""

from __future__ import annotations

import math

from lamella.base.checks import number
from lamella.base.naming import checked_name
from lamella.base.types import Config
from lamella.optimizers.schedules.schedule import LearningRateSchedule, power, steps


class CosineDecayRestarts(LearningRateSchedule):
    """Half a cosine again and again: SGDR (Loshchilov and Hutter, arXiv 1608.03983).

    Args:
        initial_learning_rate: the rate of step 0.
        first_decay_steps: length of the first period, positive.
        t_mul: how many times as long each next period is, from 1 to 1e9. Defaults to 2.
        m_mul: how many times as high each next period begins, not negative. Defaults to 1.
        alpha: the last rate as a fraction of initial_learning_rate. Defaults to 0.
        name: defaults to "SGDRDecay".

    Raises:
        ValueError: for an argument outside its range.

    >>> schedule = CosineDecayRestarts(0.1, 10)
    >>> schedule(0), round(schedule(5), 6), schedule(10)
    (0.1, 0.05, 0.1)
    """

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: float,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str | None = "SGDRDecay",
    ) -> None:
        owner = type(self).__name__
        self.initial_learning_rate = number(owner, "initial_learning_rate", initial_learning_rate, least=0)
        self.first_decay_steps = steps(owner, "first_decay_steps", first_decay_steps)
        self.t_mul = number(owner, "t_mul", t_mul, least=1, most=1e9)
        self.m_mul = number(owner, "m_mul", m_mul, least=0)
        self.alpha = number(owner, "alpha", alpha, least=0)
        self.name = checked_name(type(self), name)

    def rate(self, step: int) -> float:
        periods, fraction = self._position(step)
        cosine = 0.5 * power(self.m_mul, periods) * (1.0 + math.cos(math.pi * fraction))
        return self.initial_learning_rate * ((1.0 - self.alpha) * cosine + self.alpha)

    def _position(self, step: int) -> tuple[int, float]:
        """Whole periods before a step, and how far the current one has come."""
        first = self.first_decay_steps
        if self.t_mul == 1.0:
            return int(step // first), step % first / first
        # The logarithm may miss the period by one where a step is the first of one: its beginning decides.
        periods = int(math.log1p(step / first * (self.t_mul - 1.0)) / math.log(self.t_mul))
        if step < self._beginning(periods):
            periods -= 1
        elif step >= self._beginning(periods + 1):
            periods += 1
        begun = self._beginning(periods)
        return periods, (step - begun) / (self._beginning(periods + 1) - begun)

    def _beginning(self, period: int) -> float:
        """The first step of a period."""
        return self.first_decay_steps * (power(self.t_mul, period) - 1.0) / (self.t_mul - 1.0)

    def get_config(self) -> Config:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "first_decay_steps": self.first_decay_steps,
            "t_mul": self.t_mul,
            "m_mul": self.m_mul,
            "alpha": self.alpha,
            "name": self.name,
        }
