"""RMSprop."""

from __future__ import annotations

from typing import Any

from lamella._types import Config
from lamella.optimizers.optimizer import Optimizer
from lamella.optimizers.schedules import LearningRateSchedule


class RMSprop(Optimizer):
    """RMSprop (Tieleman and Hinton, Coursera 2012, lecture 6.5): gradients over their root mean square.

    `v = rho * v + (1 - rho) * g ** 2; w -= learning_rate * g / sqrt(v + epsilon)`. With momentum the change d
    is `m = momentum * m + d; w -= m`; centered takes the square of the mean gradient from v (Graves, arXiv
    1308.0850).

    Args:
        learning_rate: a number or a schedule. Defaults to 0.001; may be changed at any time.
        rho: decay of the mean of squares, in [0, 1). Defaults to 0.9.
        momentum: in [0, 1). Defaults to 0.
        epsilon: added to the mean of squares. Defaults to 1e-7.
        centered: whether to divide by the standard deviation instead. Defaults to False.
        **shared: the arguments of every optimizer, see `Optimizer`.

    Raises:
        ValueError: for an argument outside its range or one that is unknown.

    >>> RMSprop(centered=True).slots
    2
    """

    kind = "rmsprop"
    own_slots = 1

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        **shared: Any,
    ) -> None:
        super().__init__(learning_rate, **shared)
        self.rho = self.require_decay("rho", rho)
        self.momentum = self.require_decay("momentum", momentum)
        self.epsilon = self.require_not_negative("epsilon", epsilon)
        self.centered = bool(centered)
        self.own_slots = 1 + (momentum > 0) + self.centered

    def hyperparameters(self) -> Config:
        return {
            "rho": self.rho,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "centered": self.centered,
        }
