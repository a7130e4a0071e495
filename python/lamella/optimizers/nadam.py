"""Nadam."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lamella.base.checks import number
from lamella.base.types import Config
from lamella.optimizers.optimizer import Optimizer
from lamella.optimizers.schedules import LearningRateSchedule
from lamella.optimizers.state import SlotGroups


class Nadam(Optimizer):
    """Nadam: Adam with Nesterov momentum (Dozat, ICLR workshop 2016).

    m and v as in `Adam`; with `u(t) = b1 * (1 - 0.96 ** t / 2)` and U(t) the product of u(1) to u(t),
    `m_hat = u(t + 1) * m / (1 - U(t + 1)) + (1 - u(t)) * g / (1 - U(t))` and
    `w -= learning_rate * m_hat / (sqrt(v / (1 - b2 ** t)) + epsilon)`.

    Args:
        learning_rate: a number or a schedule. Defaults to 0.001; may be changed at any time.
        beta_1: decay of the mean of gradients, in [0, 1). Defaults to 0.9.
        beta_2: decay of the mean of squares, in [0, 1). Defaults to 0.999.
        epsilon: keeps the quotient finite. Defaults to 1e-7.
        weight_decay to gradient_accumulation_steps, name: see `Optimizer`.

    Raises:
        ValueError: for an argument outside its range or one that is unknown.

    >>> Nadam(clipnorm=1.0).clipnorm
    1.0
    """

    kind = "nadam"

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule | Callable[[], float] = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
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
        self.beta_1 = number(owner, "beta_1", beta_1, least=0, below=1)
        self.beta_2 = number(owner, "beta_2", beta_2, least=0, below=1)
        self.epsilon = number(owner, "epsilon", epsilon, least=0)

    @property
    def slot_groups(self) -> SlotGroups:
        return (("momentum", "velocity"),)

    def hyperparameters(self) -> Config:
        return {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}
