"""Rates that change at given steps."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

import numpy as np

from lamella.base.checks import number, refusal, shown
from lamella.base.naming import checked_name
from lamella.base.types import Config
from lamella.optimizers.schedules.schedule import LearningRateSchedule, steps


class PiecewiseConstantDecay(LearningRateSchedule):
    """`values[0]` up to and with step `boundaries[0]`, then `values[1]` up to and with `boundaries[1]` ...

    Args:
        boundaries: steps, increasing.
        values: rates, one more than there are boundaries.
        name: defaults to "PiecewiseConstant".

    Raises:
        ValueError: when steps do not increase, for a rate that is negative or no number, or when there is not
            one more than there are boundaries.

    >>> schedule = PiecewiseConstantDecay([10, 20], [0.1, 0.01, 0.001])
    >>> schedule(10), schedule(11), schedule(21)
    (0.1, 0.01, 0.001)
    """

    def __init__(
        self, boundaries: Sequence[int], values: Sequence[float], name: str | None = "PiecewiseConstant"
    ) -> None:
        owner = type(self).__name__
        self.boundaries = [
            steps(owner, "boundaries", step, above=None) for step in _listed(owner, "boundaries", boundaries)
        ]
        self.values = [number(owner, "values", rate, least=0) for rate in _listed(owner, "values", values)]
        if self.boundaries != sorted(self.boundaries):
            raise refusal(owner, "boundaries", "steps that increase", boundaries)
        if len(self.boundaries) != len(self.values) - 1:
            raise ValueError(
                f"{owner}: 'values' must have one element more than 'boundaries'. Received: "
                f"boundaries={shown(boundaries)}, values={shown(values)}"
            )
        self.name = checked_name(type(self), name)

    def rate(self, step: int) -> float:
        return self.values[bisect_left(self.boundaries, step)]

    def get_config(self) -> Config:
        return {"boundaries": self.boundaries, "values": self.values, "name": self.name}


def _listed(owner: str, argument: str, value: Any) -> list[Any]:
    if isinstance(value, np.ndarray) and value.ndim == 1:
        return list(value)
    if not isinstance(value, (list, tuple)):
        raise refusal(owner, argument, "a list of numbers", value)
    return list(value)
