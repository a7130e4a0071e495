"""RMSprop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lamella.base.checks import flag, number
from lamella.base.types import Config
from lamella.optimizers.optimizer import Optimizer
from lamella.optimizers.schedules import LearningRateSchedule
from lamella.optimizers.state import SlotGroups


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
        weight_decay to gradient_accumulation_steps, name: see `Optimizer`.

    Raises:
        ValueError: for an argument outside its range or one that is unknown.

    >>> RMSprop(centered=True).slots
    2
    """

    kind = "rmsprop"

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule | Callable[[], float] = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
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
        self.momentum = number(owner, "momentum", momentum, least=0, below=1)
        self.epsilon = number(owner, "epsilon", epsilon, least=0)
        self.centered = flag(owner, "centered", centered)

    @property
    def slot_groups(self) -> SlotGroups:
        momentum = (("momentum",),) if self.momentum > 0 else ()
        mean = (("average_gradient",),) if self.centered else ()
        return (("velocity",), *momentum, *mean)

    def hyperparameters(self) -> Config:
        return {
            "rho": self.rho,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "centered": self.centered,
        }
