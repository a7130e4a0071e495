"""Weights that are not negative."""

from __future__ import annotations

from typing import Any

from lamella.base.results import ArrayResult, answer
from lamella.base.types import Spec
from lamella.constraints.constraint import Constraint, as_floats


class NonNeg(Constraint):
    """Sets negative weights to zero.

    >>> NonNeg()([-1.0, 2.0]).tolist()
    [0.0, 2.0]
    """

    def native_spec(self, rank: int) -> Spec:
        return "non_negative", {}

    def __call__(self, w: Any) -> ArrayResult:
        return answer(as_floats(w).clip(min=0))


non_neg = NonNeg  # Keras's second name
