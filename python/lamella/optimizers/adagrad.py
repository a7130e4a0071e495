"""Adagrad."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lamella.base.checks import number
from lamella.base.types import Config
from lamella.optimizers.optimizer import Optimizer
from lamella.optimizers.schedules import LearningRateSchedule
from lamella.optimizers.state import SlotGroups


class Adagrad(Optimizer):
    """Adagrad (Duchi, Hazan and Singer, JMLR 12, 2011): gradients over the root of the sum of their squares.

    `a += g ** 2; w -= learning_rate * g / sqrt(a + epsilon)`.

    Args:
        learning_rate: a number or a schedule. Defaults to 0.001; may be changed at any time.
        initial_accumulator_value: what a starts from, not negative. Defaults to 0.1.
        epsilon: added to a. Defaults to 1e-7.
        weight_decay to gradient_accumulation_steps, name: see `Optimizer`.

    Raises:
        ValueError: for an argument outside its range or one that is unknown.

    >>> Adagrad(0.1).initial_accumulator_value
    0.1
    """

    kind = "adagrad"

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule | Callable[[], float] = 0.001,
        initial_accumulator_value: float = 0.1,
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
        self.initial_accumulator_value = number(
            owner, "initial_accumulator_value", initial_accumulator_value, least=0
        )
        self.epsilon = number(owner, "epsilon", epsilon, least=0)

    @property
    def slot_groups(self) -> SlotGroups:
        return (("accumulator",),)

    def hyperparameters(self) -> Config:
        return {"initial_accumulator_value": self.initial_accumulator_value, "epsilon": self.epsilon}
