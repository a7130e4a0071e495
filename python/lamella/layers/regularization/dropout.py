"""Dropout."""

from __future__ import annotations

from typing import Any

from lamella.base import checks
from lamella.base.checks import number
from lamella.base.types import Config
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import Layer, owner_of
from lamella.graph.value import Value


def require_seed(layer: Layer, seed: int | None) -> int | None:
    """Return a layer's seed; raise ValueError unless it is None or an integer that is not negative."""
    return checks.seed(owner_of(layer), "seed", seed)


def require_rate(layer: Layer, rate: float) -> float:
    """Return a layer's rate as a float; raise ValueError unless it is in [0, 1]."""
    return number(owner_of(layer), "rate", rate, least=0, most=1)


def native_seed(seed: int | None) -> int:
    """How the native core is told of a seed, in 63 bits: -1 follows the model's."""
    return -1 if seed is None else seed & (2**63 - 1)


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
        self.refuse(noise_shape=(noise_shape, None))
        self.rate = require_rate(self, rate)
        self.seed = require_seed(self, seed)

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        if self.rate == 0.0:
            return [value]
        seed = native_seed(self.seed)
        scale = 1.0 / (1.0 - self.rate) if self.rate < 1.0 else 0.0  # the expectation stays
        attributes = {"rate": self.rate, "scale": scale, "seed": seed}
        return [builder.add(self, "dropout", value, attributes=attributes)]

    def get_config(self) -> Config:
        return {**super().get_config(), "rate": self.rate, "seed": self.seed, "noise_shape": None}
