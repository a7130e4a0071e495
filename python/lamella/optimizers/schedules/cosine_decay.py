"""Cosine decay."""

from __future__ import annotations

import math

from lamella.base.checks import integer, number
from lamella.base.naming import checked_name
from lamella.base.types import Config
from lamella.optimizers.schedules.schedule import LearningRateSchedule, steps


class CosineDecay(LearningRateSchedule):
    """Half a cosine down to `alpha` times the rate, after a warm-up.

    Loshchilov and Hutter, arXiv 1608.03983.

    Args:
        initial_learning_rate: the rate of step 0.
        decay_steps: length of the decay, positive; it begins after the warm-up.
        alpha: the last rate as a fraction of the one the decay begins with. Defaults to 0.
        warmup_target: the rate at the end of a linear warm-up. Defaults to None, no warm-up.
        warmup_steps: length of the warm-up. Defaults to 0.
        name: defaults to "CosineDecay".

    Raises:
        ValueError: for an argument outside its range.

    >>> CosineDecay(0.0, 100, warmup_target=0.1, warmup_steps=10)(5)
    0.05
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        alpha: float = 0.0,
        name: str | None = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ) -> None:
        owner = type(self).__name__
        self.initial_learning_rate = number(owner, "initial_learning_rate", initial_learning_rate, least=0)
        self.decay_steps = steps(owner, "decay_steps", decay_steps)
        self.alpha = number(owner, "alpha", alpha, least=0)
        self.name = checked_name(type(self), name)
        self.warmup_target = None
        if warmup_target is not None:
            self.warmup_target = number(owner, "warmup_target", warmup_target, least=0)
        self.warmup_steps = integer(owner, "warmup_steps", warmup_steps, least=0)

    def rate(self, step: int) -> float:
        highest = self.initial_learning_rate
        if self.warmup_target is not None:
            highest = self.warmup_target
            if step < self.warmup_steps:
                rise = (highest - self.initial_learning_rate) * step / self.warmup_steps
                return self.initial_learning_rate + rise
            step -= self.warmup_steps
        fraction = min(step, self.decay_steps) / self.decay_steps
        cosine = 0.5 * (1.0 + math.cos(math.pi * fraction))
        return highest * ((1.0 - self.alpha) * cosine + self.alpha)

    def get_config(self) -> Config:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "alpha": self.alpha,
            "name": self.name,
            "warmup_target": self.warmup_target,
            "warmup_steps": self.warmup_steps,
        }
