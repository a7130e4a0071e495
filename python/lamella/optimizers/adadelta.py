"""Adadelta."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lamella.base.checks import number
from lamella.base.types import Config
from lamella.optimizers.optimizer import Optimizer
from lamella.optimizers.schedules import LearningRateSchedule
from lamella.optimizers.state import SlotGroups


class Adadelta(Optimizer):
    """Adadelta (Zeiler, arXiv 1212.5701): changes as large as the past ones, relative to the gradients.

    `a = rho * a + (1 - rho) * g ** 2; c = sqrt(d + epsilon) / sqrt(a + epsilon) * g;
    d = rho * d + (1 - rho) * c ** 2; w -= learning_rate * c`. The paper has a learning rate of 1.

    Args:
        learning_rate: a number or a schedule. Defaults to 0.001; may be changed at any time.
        rho: decay of the means of squares, in [0, 1). Defaults to 0.95.
        epsilon: added to the means of squares. Defaults to 1e-7.
        weight_decay to gradient_accumulation_steps, name: see `Optimizer`.

    Raises:
        ValueError: for an argument outside its range or one that is unknown.

    >>> Adadelta(1.0).rho
    0.95
    """

    kind = "adadelta"

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule | Callable[[], float] = 0.001,
        rho: float = 0.95,
        epsilon: float = 1e-7,
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
        self.rho = number(owner, "rho", rho, least=0, below=1)
        self.epsilon = number(owner, "epsilon", epsilon, least=0)

    @property
    def slot_groups(self) -> SlotGroups:
        return (("accumulated_grad", "accumulated_delta_var"),)

    def hyperparameters(self) -> Config:
        return {"rho": self.rho, "epsilon": self.epsilon}
