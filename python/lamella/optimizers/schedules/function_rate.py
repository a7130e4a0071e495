"""Learning rates that a function decides."""

from __future__ import annotations

from collections.abc import Callable

from lamella._types import Config
from lamella.optimizers.schedules.schedule import LearningRateSchedule


class FunctionRate(LearningRateSchedule):
    """What a function without arguments returns; an optimizer makes one of a function.

    Args:
        function: asked for each step, for the steps of a while in advance.

    >>> FunctionRate(lambda: 0.5)(3)
    0.5
    """

    def __init__(self, function: Callable[[], float]) -> None:
        self.function = function

    def __call__(self, step: int) -> float:
        return float(self.function())

    def get_config(self) -> Config:
        return {"function": self.function}
