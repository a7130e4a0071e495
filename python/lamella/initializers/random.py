"""Initializers with a fixed spread."""

from __future__ import annotations

import numpy as np

from lamella.base.checks import number
from lamella.base.types import Array, Config
from lamella.initializers.initializer import RandomInitializer, draw_truncated_normal


class RandomNormal(RandomInitializer):
    """Normal numbers.

    Args:
        mean: their mean. Defaults to 0.
        stddev: their standard deviation, not negative. Defaults to 0.05.
        seed: an integer that is not negative, or None.

    Raises:
        ValueError: for a number that is not finite, or negative where it may not be.

    >>> RandomNormal(seed=1)((2, 3)).shape
    (2, 3)
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None) -> None:
        super().__init__(seed)
        self.mean = number(type(self).__name__, "mean", mean)
        self.stddev = number(type(self).__name__, "stddev", stddev, least=0)

    def draw(self, generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
        return self.mean + self.stddev * generator.standard_normal(shape)

    def get_config(self) -> Config:
        return {"mean": self.mean, "stddev": self.stddev, "seed": self.seed}


class TruncatedNormal(RandomInitializer):
    """Normal numbers; those further than two standard deviations from the mean are drawn again.

    Args:
        mean: mean before truncation. Defaults to 0.
        stddev: standard deviation before truncation, not negative. Defaults to 0.05.
        seed: an integer that is not negative, or None.

    Raises:
        ValueError: for a number that is not finite, or negative where it may not be.

    >>> bool(np.abs(TruncatedNormal(stddev=1.0, seed=1)((1000,))).max() <= 2)
    True
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None) -> None:
        super().__init__(seed)
        self.mean = number(type(self).__name__, "mean", mean)
        self.stddev = number(type(self).__name__, "stddev", stddev, least=0)

    def draw(self, generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
        return self.mean + self.stddev * draw_truncated_normal(generator, shape)

    def get_config(self) -> Config:
        return {"mean": self.mean, "stddev": self.stddev, "seed": self.seed}


class RandomUniform(RandomInitializer):
    """Uniform numbers.

    Args:
        minval: lower bound. Defaults to -0.05.
        maxval: upper bound. Defaults to 0.05.
        seed: an integer that is not negative, or None.

    Raises:
        ValueError: for a number that is not finite, or negative where it may not be.

    >>> bool(RandomUniform(0.0, 1.0, seed=1)((1000,)).min() >= 0)
    True
    """

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None) -> None:
        super().__init__(seed)
        self.minval = number("RandomUniform", "minval", minval)
        self.maxval = number("RandomUniform", "maxval", maxval)

    def draw(self, generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
        return self.minval + (self.maxval - self.minval) * generator.random(shape)

    def get_config(self) -> Config:
        return {"minval": self.minval, "maxval": self.maxval, "seed": self.seed}


# Keras's second names.
random_normal = RandomNormal
random_uniform = RandomUniform
truncated_normal = TruncatedNormal
