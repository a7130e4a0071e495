"""L2: the sum of squares."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella._types import Config, Spec
from lamella.regularizers.regularizer import Regularizer


class L2(Regularizer):
    """Adds `l2 * sum(w ** 2)` to the loss.

    Args:
        l2: the factor, a number that is not negative. Defaults to 0.01.

    Raises:
        ValueError: when `l2` is negative or not finite.

    >>> L2(0.1)([1.0, 2.0])
    0.5
    """

    def __init__(self, l2: float = 0.01) -> None:
        if not 0 <= l2 < float("inf"):
            raise ValueError(f"L2: the factor 'l2' must be a finite number and not negative. Received: {l2}")
        self.l2 = float(l2)

    def spec(self) -> Spec:
        return "l2", {"l2": self.l2}

    def __call__(self, x: Any) -> float:
        return self.l2 * float(np.sum(np.square(np.asarray(x, dtype=np.float64))))

    def get_config(self) -> Config:
        return {"l2": self.l2}
