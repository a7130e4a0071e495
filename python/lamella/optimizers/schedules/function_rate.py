"""Learning rates that a function decides."""

from __future__ import annotations

from collections.abc import Callable

from lamella.base.checks import refusal, takes
from lamella.base.types import Config
from lamella.optimizers.schedules.schedule import LearningRateSchedule


class FunctionRate(LearningRateSchedule):
    """What a function without arguments returns; an optimizer makes one of a function.

    Args:
        function: asked for each step, for the steps of a while in advance.

    Raises:
        ValueError: for a function that needs arguments.

    >>> FunctionRate(lambda: 0.5)(3)
    0.5
    """

    def __init__(self, function: Callable[[], float]) -> None:
        if not callable(function) or not takes(function):
            raise refusal(type(self).__name__, "function", "a function that takes no arguments", function)
        self.function = function

    def rate(self, step: int) -> float:
        return self.function()

    def get_config(self) -> Config:
        return {"function": self.function}
