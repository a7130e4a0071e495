"""Lion."""

from __future__ import annotations

from typing import Any

from lamella._types import Config
from lamella.optimizers.optimizer import Optimizer
from lamella.optimizers.schedules import LearningRateSchedule


class Lion(Optimizer):
    """Lion (Chen et al., arXiv 2302.06675): every weight moves by the learning rate.

    `w -= learning_rate * sign(b1 * m + (1 - b1) * g); m = b2 * m + (1 - b2) * g`.

    Args:
        learning_rate: a number or a schedule. Defaults to 0.001; may be changed at any time.
        beta_1: weight of m in the direction, in (0, 1]. Defaults to 0.9.
        beta_2: decay of m, in [0, 1). Defaults to 0.99.
        **shared: the arguments of every optimizer, see `Optimizer`.

    Raises:
        ValueError: for an argument outside its range or one that is unknown.

    >>> Lion(1e-4, weight_decay=0.1).weight_decay
    0.1
    """

    kind = "lion"
    own_slots = 1

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
        **shared: Any,
    ) -> None:
        super().__init__(learning_rate, **shared)
        if not 0.0 < beta_1 <= 1.0:
            raise ValueError(f"Lion: 'beta_1' must be in (0, 1]. Received: {beta_1}")
        self.beta_1 = float(beta_1)
        self.beta_2 = self.require_decay("beta_2", beta_2)

    def hyperparameters(self) -> Config:
        return {"beta_1": self.beta_1, "beta_2": self.beta_2}
