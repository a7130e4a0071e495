"""Adam."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lamella.base.checks import flag, number
from lamella.base.types import Config
from lamella.optimizers.optimizer import Optimizer
from lamella.optimizers.schedules import LearningRateSchedule
from lamella.optimizers.state import SlotGroups


class Adam(Optimizer):
    """Adam (Kingma and Ba, arXiv 1412.6980), in Keras's form: epsilon is added to the square root of v.

    `m = b1 * m + (1 - b1) * g; v = b2 * v + (1 - b2) * g ** 2` and
    `w -= learning_rate * sqrt(1 - b2 ** t) / (1 - b1 ** t) * m / (sqrt(v) + epsilon)`.

    Args:
        learning_rate: a number or a schedule. Defaults to 0.001; may be changed at any time.
        beta_1: decay of the mean of gradients, in [0, 1). Defaults to 0.9.
        beta_2: decay of the mean of squares, in [0, 1). Defaults to 0.999.
        epsilon: keeps the quotient finite. Defaults to 1e-7.
        amsgrad: whether the largest v so far takes the place of v (Reddi et al., arXiv 1904.09237). Defaults
            to False.
        weight_decay to gradient_accumulation_steps, name: see `Optimizer`.

    Raises:
        ValueError: for an argument outside its range or one that is unknown.

    >>> Adam().get_config()["beta_2"]
    0.999
    """

    kind = "adam"

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule | Callable[[], float] = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
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
        self.amsgrad = flag(owner, "amsgrad", amsgrad)

    @property
    def slot_groups(self) -> SlotGroups:
        moments = ("momentum", "velocity")
        return (moments, ("velocity_hat",)) if self.amsgrad else (moments,)

    def hyperparameters(self) -> Config:
        return {
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "amsgrad": self.amsgrad,
        }
