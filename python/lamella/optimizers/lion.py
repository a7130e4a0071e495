"""Lion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lamella.base.checks import number
from lamella.base.types import Config
from lamella.optimizers.optimizer import Optimizer
from lamella.optimizers.schedules import LearningRateSchedule
from lamella.optimizers.state import SlotGroups


class Lion(Optimizer):
    """Lion (Chen et al., arXiv 2302.06675): every weight moves by the learning rate.

    `w -= learning_rate * sign(b1 * m + (1 - b1) * g); m = b2 * m + (1 - b2) * g`.

    Args:
        learning_rate: a number or a schedule. Defaults to 0.001; may be changed at any time.
        beta_1: weight of m in the direction, in (0, 1]. Defaults to 0.9.
        beta_2: decay of m, in [0, 1). Defaults to 0.99.
        weight_decay to gradient_accumulation_steps, name: see `Optimizer`.

    Raises:
        ValueError: for an argument outside its range or one that is unknown.

    >>> Lion(1e-4, weight_decay=0.1).weight_decay
    0.1
    """

    kind = "lion"

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule | Callable[[], float] = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            learning_rate,
            weight_decay=weight_decay,
            clipnorm=clipnorm,
            clipvalue=clipvalue,
            global_clipnorm=global_clipnorm,
            use_ema=use_ema,
            ema_momentum=ema_momentum,
            ema_overwrite_frequency=ema_overwrite_frequency,
            loss_scale_factor=loss_scale_factor,
            gradient_accumulation_steps=gradient_accumulation_steps,
            name=name,
            **kwargs,
        )
        owner = type(self).__name__
        self.beta_1 = number(owner, "beta_1", beta_1, above=0, most=1)
        self.beta_2 = number(owner, "beta_2", beta_2, least=0, below=1)

    @property
    def slot_groups(self) -> SlotGroups:
        return (("momentum",),)

    def hyperparameters(self) -> Config:
        return {"beta_1": self.beta_1, "beta_2": self.beta_2}
