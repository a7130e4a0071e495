"""Stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lamella.base.checks import flag, number
from lamella.base.types import Config
from lamella.optimizers.optimizer import Optimizer
from lamella.optimizers.schedules import LearningRateSchedule
from lamella.optimizers.state import SlotGroups


class SGD(Optimizer):
    """Stochastic gradient descent: `w -= learning_rate * g`.

    With momentum: `m = momentum * m - learning_rate * g; w += m`; with nesterov
    `w += momentum * m - learning_rate * g` (Sutskever et al., ICML 2013).

    Args:
        learning_rate: a number or a schedule. Defaults to 0.01; may be changed at any time.
        momentum: in [0, 1]. Defaults to 0. Changes take effect at the next `compile`.
        nesterov: look ahead along the momentum. Defaults to False.
        weight_decay to gradient_accumulation_steps, name: see `Optimizer`.

    Raises:
        ValueError: for an argument outside its range or one that is unknown.

    >>> optimizer = SGD(0.1, momentum=0.9)
    >>> optimizer.learning_rate = 0.05
    >>> optimizer.get_config()["learning_rate"]
    0.05
    """

    kind = "sgd"

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule | Callable[[], float] = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
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
        self.momentum = number(owner, "momentum", momentum, least=0, most=1)
        self.nesterov = flag(owner, "nesterov", nesterov)

    @property
    def slot_groups(self) -> SlotGroups:
        return (("momentum",),) if self.momentum else ()

    def hyperparameters(self) -> Config:
        return {"momentum": self.momentum, "nesterov": self.nesterov}
