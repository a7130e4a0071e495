"""What all initializers have in common."""

from __future__ import annotations

import math
from typing import Any, Self

import numpy as np

from lamella.base import checks, memory, seeding
from lamella.base import config as settings
from lamella.base.described import described
from lamella.base.registry import constructor_arguments
from lamella.base.results import ArrayResult, answer
from lamella.base.types import Array, Config


class Initializer:
    """Base class of initializers: called with a shape, returns an array."""

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> Array:
        """Return initial values.

        Args:
            shape: shape of the variable.
            dtype: numeric type, `config.floatx()` by default.
        """
        raise NotImplementedError

    def __repr__(self) -> str:
        return described(self)

    def get_config(self) -> Config:
        """The constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Rebuild from `get_config`'s dictionary."""
        return cls(**constructor_arguments(cls, config))


class RandomInitializer(Initializer):
    """Base class of initializers that draw numbers.

    The same object gives the same values each time it is called, as in Keras. Numbers are drawn in float64
    and rounded, so float32 and float64 models start from the same values.

    Args:
        seed: an integer, or None to draw one from the seed of `utils.set_random_seed`.
    """

    def __init__(self, seed: int | None = None) -> None:
        self.seed = checks.seed(type(self).__name__, "seed", seed)
        self._key = seeding.next_seed() if self.seed is None else self.seed

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> ArrayResult:
        key = self._key & 0xFFFFFFFFFFFFFFFF
        generator = np.random.Generator(np.random.Philox(key=key))
        drawn = self.draw(generator, checked_shape(self, shape))
        return answer(drawn.astype(dtype or settings.floatx()))

    def draw(self, generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
        """Return float64 numbers of this shape."""
        raise NotImplementedError

    def get_config(self) -> Config:
        return {"seed": self.seed}


def checked_shape(initializer: Initializer, shape: Any) -> tuple[int, ...]:
    """The shape of a variable; raise ValueError for what is none, MemoryError for what does not fit."""
    owner = type(initializer).__name__
    entries = checks.entries_of(shape)
    axes = (shape,) if entries is None else entries
    lengths = tuple(checks.integer(owner, "shape", axis, 0) for axis in axes)
    memory.require(owner, "an array of this shape", math.prod(lengths) * 8)
    return lengths


def draw_truncated_normal(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Standard normal numbers; those beyond two standard deviations are drawn again."""
    values: Any = generator.standard_normal(shape)
    beyond = np.abs(values) > 2.0
    while count := int(np.count_nonzero(beyond)):
        values[beyond] = generator.standard_normal(count)
        beyond = np.abs(values) > 2.0
    return np.asarray(values)
