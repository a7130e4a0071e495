"""Dropout for networks of SELUs."""

from __future__ import annotations

from typing import Any

from lamella.base.checks import number
from lamella.base.types import Config
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import Layer, owner_of
from lamella.graph.value import Value
from lamella.layers.regularization.dropout import native_seed, require_seed

_DROPPED = -1.6732632423543772 * 1.0507009873554805
"""The value that SELU approaches for large negative numbers."""


class AlphaDropout(Layer):
    """In training, sets a share of the numbers to SELU's lower limit, then restores mean 0 and variance 1.

    Klambauer et al., arXiv 1706.02515. At inference it does nothing.

    Args:
        rate: the share, in [0, 1).
        noise_shape: must be None.
        seed: an integer, or None to follow the model's seed.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for a rate outside [0, 1), a negative seed or a `noise_shape`.

    >>> import numpy as np
    >>> AlphaDropout(0.5)(np.ones((1, 3))).tolist()
    [[1.0, 1.0, 1.0]]
    """

    def __init__(self, rate: float, noise_shape: Any = None, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.refuse(noise_shape=(noise_shape, None))
        self.rate = number(owner_of(self), "rate", rate, least=0, below=1)
        self.seed = require_seed(self, seed)

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        if self.rate == 0.0:
            return [value]
        scale = ((1.0 - self.rate) * (1.0 + self.rate * _DROPPED**2)) ** -0.5
        shift = -scale * _DROPPED * self.rate
        attributes = {
            "rate": self.rate,
            "scale": scale,
            "shift": shift,
            "dropped": scale * _DROPPED + shift,
            "seed": native_seed(self.seed),
        }
        return [builder.add(self, "dropout", value, attributes=attributes)]

    def get_config(self) -> Config:
        return {**super().get_config(), "rate": self.rate, "seed": self.seed, "noise_shape": None}
