"""FTRL-proximal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lamella.base.checks import number
from lamella.base.types import Config
from lamella.optimizers.optimizer import Optimizer
from lamella.optimizers.schedules import LearningRateSchedule
from lamella.optimizers.state import SlotGroups


class Ftrl(Optimizer):
    """FTRL-proximal (McMahan et al., "Ad Click Prediction", KDD 2013), for sparse linear models.

    With `p = -learning_rate_power` and `s = g + 2 * l2_shrinkage * w`:
    `l += s - ((a + g ** 2) ** p - a ** p) / learning_rate * w; a += g ** 2` and
    `w = (clip(l, -l1, l1) - l) / (a ** p / learning_rate + 2 * (l2 + beta / (2 * learning_rate)))`.

    Args:
        learning_rate: a number or a schedule. Defaults to 0.001; may be changed at any time.
        learning_rate_power: not positive; how the rate falls with the sum of squares. Defaults to -0.5.
        initial_accumulator_value: what a starts from, not negative. Defaults to 0.1.
        l1_regularization_strength, l2_regularization_strength: not negative. Default to 0.
        l2_shrinkage_regularization_strength: not negative; acts on the gradient. Defaults to 0.
        beta: not negative. Defaults to 0.
        weight_decay to gradient_accumulation_steps, name: see `Optimizer`.

    Raises:
        ValueError: for an argument outside its range or one that is unknown.

    >>> Ftrl(l1_regularization_strength=0.1).get_config()["beta"]
    0.0
    """

    kind = "ftrl"

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule | Callable[[], float] = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
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
        self.learning_rate_power = number(owner, "learning_rate_power", learning_rate_power, most=0)
        self.initial_accumulator_value = number(
            owner, "initial_accumulator_value", initial_accumulator_value, least=0
        )
        self.l1_regularization_strength = number(
            owner, "l1_regularization_strength", l1_regularization_strength, least=0
        )
        self.l2_regularization_strength = number(
            owner, "l2_regularization_strength", l2_regularization_strength, least=0
        )
        self.l2_shrinkage_regularization_strength = number(
            owner, "l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength, least=0
        )
        self.beta = number(owner, "beta", beta, least=0)

    @property
    def slot_groups(self) -> SlotGroups:
        return (("accumulator", "linear"),)

    def hyperparameters(self) -> Config:
        return {
            "learning_rate_power": self.learning_rate_power,
            "initial_accumulator_value": self.initial_accumulator_value,
            "l1_regularization_strength": self.l1_regularization_strength,
            "l2_regularization_strength": self.l2_regularization_strength,
            "l2_shrinkage_regularization_strength": self.l2_shrinkage_regularization_strength,
            "beta": self.beta,
        }
