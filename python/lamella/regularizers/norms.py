"""L1 and L2: the sums of absolute values and of squares."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella.base.results import NumberResult
from lamella.base.types import Array, Config, Spec
from lamella.data.conversion import to_array
from lamella.regularizers.regularizer import Regularizer


class L1L2(Regularizer):
    """Adds `l1 * sum(|w|) + l2 * sum(w ** 2)` to the loss.

    Args:
        l1, l2: the factors, numbers that are not negative. Default to 0.

    Raises:
        ValueError: when a factor is negative or not finite.

    >>> L1L2(0.5, 0.25)([1.0, -2.0])
    2.75
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1 = self.require_factor("l1", 0.0 if l1 is None else l1)
        self.l2 = self.require_factor("l2", 0.0 if l2 is None else l2)

    def native_spec(self) -> Spec:
        return "l1_l2", {"l1": self.l1, "l2": self.l2}

    def __call__(self, x: Any) -> NumberResult:
        values = to_array("x", x).astype(np.float64)
        penalty = self.l1 * np.abs(values).sum() + self.l2 * np.square(values).sum()
        return NumberResult(penalty)

    def gradient(self, x: Array) -> Array:
        values = to_array("x", x).astype(np.float64)
        return np.asarray(self.l1 * np.sign(values) + 2.0 * self.l2 * values)

    def get_config(self) -> Config:
        return {"l1": self.l1, "l2": self.l2}


class L1(L1L2):
    """Adds `l1 * sum(|w|)` to the loss: it drives weights to zero (Tibshirani, "Lasso", 1996).

    Args:
        l1: the factor, a number that is not negative. Defaults to 0.01.

    Raises:
        ValueError: when `l1` is negative or not finite.

    >>> L1(0.5)([1.0, -2.0])
    1.5
    """

    def __init__(self, l1: float = 0.01) -> None:
        super().__init__(0.01 if l1 is None else l1, 0.0)

    def get_config(self) -> Config:
        return {"l1": self.l1}


class L2(L1L2):
    """Adds `l2 * sum(w ** 2)` to the loss.

    Args:
        l2: the factor, a number that is not negative. Defaults to 0.01.

    Raises:
        ValueError: when `l2` is negative or not finite.

    >>> L2(0.1)([1.0, 2.0])
    0.5
    """

    def __init__(self, l2: float = 0.01) -> None:
        super().__init__(0.0, 0.01 if l2 is None else l2)

    def get_config(self) -> Config:
        return {"l2": self.l2}


# Keras's second names.
l1 = L1
l2 = L2
l1_l2 = L1L2
