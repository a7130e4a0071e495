"""Dropout."""

from __future__ import annotations

from typing import Any

from lamella._types import Config
from lamella.layers.layer import Layer
from lamella.program import ProgramBuilder


class Dropout(Layer):
    """In training, sets a share of the numbers to zero and scales the others by `1 / (1 - rate)`.

    Srivastava et al., JMLR 15 (2014). At inference it does nothing.

    Args:
        rate: the share, in [0, 1].
        noise_shape: must be None.
        seed: an integer, or None to follow the model's seed.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for a rate outside [0, 1] or a `noise_shape`.

    >>> import numpy as np
    >>> Dropout(0.5)(np.ones((1, 3))).tolist()
    [[1.0, 1.0, 1.0]]
    """

    def __init__(self, rate: float, noise_shape: Any = None, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not 0.0 <= rate <= 1.0:
            raise ValueError(f"Dropout '{self.name}': 'rate' must be between 0 and 1. Received: {rate!r}")
        self.refuse(noise_shape=(noise_shape, None))
        if seed is not None and seed < 0:
            raise ValueError(f"Dropout '{self.name}': 'seed' must not be negative. Received: {seed}")
        self.rate = float(rate)
        self.seed = seed

    def emit(self, builder: ProgramBuilder, value: int) -> int:
        if self.rate == 0.0:
            return value
        seed = -1 if self.seed is None else self.seed
        return builder.add(self, "dropout", value, attributes={"rate": self.rate, "seed": seed})

    def get_config(self) -> Config:
        return {**super().get_config(), "rate": self.rate, "seed": self.seed, "noise_shape": None}
