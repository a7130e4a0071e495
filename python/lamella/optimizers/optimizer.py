"""What all optimizers have in common."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from lamella import _core
from lamella._types import Config, Spec
from lamella.naming import auto_name
from lamella.registry import constructor_arguments

_DEFAULTS: Config = {
    "weight_decay": None,
    "clipnorm": None,
    "clipvalue": None,
    "global_clipnorm": None,
    "use_ema": False,
    "ema_momentum": 0.99,
    "ema_overwrite_frequency": None,
    "loss_scale_factor": None,
    "gradient_accumulation_steps": None,
}
"""Keras's arguments of every optimizer that must keep their default here."""


class Optimizer:
    """Base class of optimizers: the hyper-parameters; slots and step counter live in the native trainer.

    Args:
        learning_rate: step size; may be changed at any time, also between two steps.
        name: a name, made from the class by default.
        **kwargs: Keras's other arguments, which must have their default.

    Raises:
        ValueError: for an argument that is unknown or not supported, or a learning rate that is not a number
            >= 0.
    """

    slots = 0
    """How many numbers the trainer keeps for each weight."""

    def __init__(self, learning_rate: float, name: str | None = None, **kwargs: Any) -> None:
        for argument, value in kwargs.items():
            if argument not in _DEFAULTS:
                raise ValueError(f"{type(self).__name__} has no argument '{argument}'")
            if value != _DEFAULTS[argument]:
                raise ValueError(
                    f"{type(self).__name__}: the argument '{argument}' is not supported, "
                    f"only its default {_DEFAULTS[argument]}. Received: {value!r}"
                )
        self.name = name or auto_name(type(self).__name__)
        self.learning_rate = learning_rate
        self.trainer: _core.Trainer | None = None

    @property
    def learning_rate(self) -> float:
        """Step size; set it at any time."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        if not isinstance(value, (int, float, np.number)) and getattr(value, "shape", None) != ():
            raise ValueError(
                f"{type(self).__name__}: the learning rate must be a number. Received: {value!r}"
            )
        rate = float(value)
        if not 0.0 <= rate < float("inf"):
            raise ValueError(
                f"{type(self).__name__}: the learning rate must be finite and >= 0. Received: {rate}"
            )
        self._learning_rate = rate

    @property
    def iterations(self) -> int:
        """Steps taken so far."""
        return self.trainer.iterations if self.trainer is not None else 0

    @property
    def built(self) -> bool:
        """Whether it has been given weights to change."""
        return self.trainer is not None

    def spec(self) -> Spec:
        """The native optimizer and its numbers, without the learning rate."""
        raise NotImplementedError

    def get_config(self) -> Config:
        """The constructor's arguments."""
        return {"name": self.name, "learning_rate": self.learning_rate}

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Rebuild from `get_config`'s dictionary or Keras's."""
        return cls(**constructor_arguments(cls, config, also=_DEFAULTS))
