"""Rates that change at given steps."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from lamella._types import Config
from lamella.optimizers.schedules.schedule import LearningRateSchedule


class PiecewiseConstantDecay(LearningRateSchedule):
    """`values[0]` up to and with step `boundaries[0]`, then `values[1]` up to and with `boundaries[1]` ...

    Args:
        boundaries: steps, increasing.
        values: rates, one more than there are boundaries.
        name: defaults to "PiecewiseConstant".

    Raises:
        ValueError: when there is not one value more than there are boundaries.

    >>> schedule = PiecewiseConstantDecay([10, 20], [0.1, 0.01, 0.001])
    >>> schedule(10), schedule(11), schedule(21)
    (0.1, 0.01, 0.001)
    """

    def __init__(
        self, boundaries: Sequence[int], values: Sequence[float], name: str = "PiecewiseConstant"
    ) -> None:
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                "PiecewiseConstantDecay: 'values' must have one element more than 'boundaries'. Received: "
                f"boundaries={boundaries}, values={values}"
            )
        self.boundaries = list(boundaries)
        self.values = list(values)
        self.name = name

    def __call__(self, step: int) -> float:
        return self.values[bisect_left(self.boundaries, step)]

    def get_config(self) -> Config:
        return {"boundaries": self.boundaries, "values": self.values, "name": self.name}
