"""AdamW."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lamella.base.checks import number
from lamella.optimizers.adam import Adam
from lamella.optimizers.schedules import LearningRateSchedule


class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101).

    `w -= learning_rate * weight_decay * w`, then `Adam`.

    Args:
        learning_rate: a number or a schedule. Defaults to 0.001; may be changed at any time.
        weight_decay: not negative. Defaults to 0.004.
        beta_1, beta_2, epsilon, amsgrad: as of `Adam`.
        clipnorm to gradient_accumulation_steps, name: see `Optimizer`.

    Raises:
        ValueError: for a weight_decay of None, or as `Adam`.

    >>> AdamW().weight_decay
    0.004
    """

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule | Callable[[], float] = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
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
            beta_1,
            beta_2,
            epsilon,
            amsgrad,
            weight_decay=number(type(self).__name__, "weight_decay", weight_decay, least=0),
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
