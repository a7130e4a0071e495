"""Cosine decay with restarts."""

from __future__ import annotations

import math

from lamella._types import Config
from lamella.optimizers.schedules.schedule import LearningRateSchedule, require_positive


class CosineDecayRestarts(LearningRateSchedule):
    """Half a cosine again and again: SGDR (Loshchilov and Hutter, arXiv 1608.03983).

    Args:
        initial_learning_rate: the rate of step 0.
        first_decay_steps: length of the first period, positive.
        t_mul: how many times as long each next period is. Defaults to 2.
        m_mul: how many times as high each next period begins. Defaults to 1.
        alpha: the last rate as a fraction of initial_learning_rate. Defaults to 0.
        name: defaults to "SGDRDecay".

    Raises:
        ValueError: when `first_decay_steps` is not positive.

    >>> schedule = CosineDecayRestarts(0.1, 10)
    >>> schedule(0), round(schedule(5), 6), schedule(10)
    (0.1, 0.05, 0.1)
    """

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: int,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = require_positive(self, "first_decay_steps", first_decay_steps)
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def __call__(self, step: int) -> float:
        periods, fraction = self._position(step / self.first_decay_steps)
        cosine = 0.5 * self.m_mul**periods * (1.0 + math.cos(math.pi * fraction))
        return self.initial_learning_rate * ((1.0 - self.alpha) * cosine + self.alpha)

    def _position(self, time: float) -> tuple[int, float]:
        """Whole periods before a time, in units of the first period, and how far the current one has come."""
        if self.t_mul == 1.0:
            periods = math.floor(time)
            return periods, time - periods
        periods = math.floor(math.log(1.0 - time * (1.0 - self.t_mul)) / math.log(self.t_mul))
        length = self.t_mul**periods
        return periods, (time - (1.0 - length) / (1.0 - self.t_mul)) / length

    def get_config(self) -> Config:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "first_decay_steps": self.first_decay_steps,
            "t_mul": self.t_mul,
            "m_mul": self.m_mul,
            "alpha": self.alpha,
            "name": self.name,
        }
