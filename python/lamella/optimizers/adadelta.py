"""Adadelta."""

from __future__ import annotations

from typing import Any

from lamella._types import Config
from lamella.optimizers.optimizer import Optimizer
from lamella.optimizers.schedules import LearningRateSchedule


class Adadelta(Optimizer):
    """Adadelta (Zeiler, arXiv 1212.5701): changes as large as the past ones, relative to the gradients.

    `a = rho * a + (1 - rho) * g ** 2; c = sqrt(d + epsilon) / sqrt(a + epsilon) * g;
    d = rho * d + (1 - rho) * c ** 2; w -= learning_rate * c`. The paper has a learning rate of 1.

    Args:
        learning_rate: a number or a schedule. Defaults to 0.001; may be changed at any time.
        rho: decay of the means of squares, in [0, 1). Defaults to 0.95.
        epsilon: added to the means of squares. Defaults to 1e-7.
        **shared: the arguments of every optimizer, see `Optimizer`.

    Raises:
        ValueError: for an argument outside its range or one that is unknown.

    >>> Adadelta(1.0).rho
    0.95
    """

    kind = "adadelta"
    own_slots = 2

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule = 0.001,
        rho: float = 0.95,
        epsilon: float = 1e-7,
        **shared: Any,
    ) -> None:
        super().__init__(learning_rate, **shared)
        self.rho = self.require_decay("rho", rho)
        self.epsilon = self.require_not_negative("epsilon", epsilon)

    def hyperparameters(self) -> Config:
        return {"rho": self.rho, "epsilon": self.epsilon}
