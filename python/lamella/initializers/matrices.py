"""Matrices that keep lengths."""

from __future__ import annotations

import math

import numpy as np

from lamella.base import config as settings
from lamella.base.checks import number
from lamella.base.results import ArrayResult, answer
from lamella.base.types import Array, Config
from lamella.initializers.initializer import Initializer, RandomInitializer, checked_shape


class Orthogonal(RandomInitializer):
    """Orthonormal rows or columns, whichever are fewer, times `gain` (Saxe et al., arXiv 1312.6120).

    A kernel of more than two axes is taken as a matrix of all but the last axis by the last. The matrix is
    the Q of normal random numbers, each column with the sign that makes the diagonal of R positive, computed
    in double precision; the processor's linear algebra may change the last bit of it.

    Args:
        gain: the length of rows or columns. Defaults to 1.
        seed: an integer, or None.

    Raises:
        ValueError: when called with a shape of fewer than two axes.

    >>> w = Orthogonal(seed=1)((3, 2), dtype="float64")
    >>> (w.T @ w).round(6).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """

    def __init__(self, gain: float = 1.0, seed: int | None = None) -> None:
        super().__init__(seed)
        self.gain = number("Orthogonal", "gain", gain)

    def draw(self, generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
        if len(shape) < 2:
            raise ValueError(f"Orthogonal needs a shape of at least two axes. Received: shape={shape}")
        rows, cols = math.prod(shape[:-1]), shape[-1]
        q, r = np.linalg.qr(generator.standard_normal((max(rows, cols), min(rows, cols))))
        q = q * np.sign(np.diag(r))
        return self.gain * np.reshape(q if rows >= cols else q.T, shape)

    def get_config(self) -> Config:
        return {"gain": self.gain, "seed": self.seed}


class Identity(Initializer):
    """The identity matrix times `gain`; ones on the diagonal where it is not square.

    Args:
        gain: the number on the diagonal. Defaults to 1.

    Raises:
        ValueError: when called with a shape that is not one of a matrix.

    >>> Identity(2.0)((2, 3)).tolist()
    [[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]]
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = number("Identity", "gain", gain)

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> ArrayResult:
        wanted = checked_shape(self, shape)
        if len(wanted) != 2:
            raise ValueError(f"Identity needs the shape of a matrix. Received: shape={wanted}")
        return answer(self.gain * np.eye(*wanted, dtype=dtype or settings.floatx()))

    def get_config(self) -> Config:
        return {"gain": self.gain}


# Keras's second names.
identity = IdentityInitializer = Identity
orthogonal = OrthogonalInitializer = Orthogonal
