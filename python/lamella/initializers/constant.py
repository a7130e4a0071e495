"""Initializers that draw nothing."""

from __future__ import annotations

import numpy as np

from lamella import config as settings
from lamella._types import Array, Config
from lamella.initializers.initializer import Initializer


class Constant(Initializer):
    """One number everywhere.

    Args:
        value: the number. Defaults to 0.

    >>> Constant(3.0)((2,)).tolist()
    [3.0, 3.0]
    """

    def __init__(self, value: float = 0.0) -> None:
        self.value = value

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> Array:
        return np.full(shape, self.value, dtype=dtype or settings.floatx())

    def get_config(self) -> Config:
        return {"value": self.value}


class Zeros(Initializer):
    """Zero everywhere.

    >>> Zeros()((2,)).tolist()
    [0.0, 0.0]
    """

    def __init__(self) -> None:
        pass

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> Array:
        return np.zeros(shape, dtype=dtype or settings.floatx())


class Ones(Initializer):
    """One everywhere.

    >>> Ones()((2,)).tolist()
    [1.0, 1.0]
    """

    def __init__(self) -> None:
        pass

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> Array:
        return np.ones(shape, dtype=dtype or settings.floatx())
