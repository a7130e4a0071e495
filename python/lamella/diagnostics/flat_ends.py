"""Where the slope of an activation is so small that hardly any gradient passes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from lamella import _core
from lamella.base.types import Array, Spec

FLAT = 0.02
"""Slopes below this share of the steepest one count as flat: for tanh and sigmoid, outputs within 1 % of the
ends, which Glorot and Bengio (2010) watch."""

_OF_ROWS = ("softmax", "log_softmax", "sparsemax", "glu")
"""What takes the elements of a row together: no element has a slope of its own."""

_REACH = 20.0
_SPACING = 0.01


class FlatEnds(NamedTuple):
    """The flat ends of an activation.

    Attributes:
        low: up to here it is flat, None where it is not.
        high: from here on it is flat, None where it is not.
    """

    low: float | None
    high: float | None

    @property
    def is_rectifier(self) -> bool:
        """Whether it is off below and on above, as ReLU and GELU, and not the same on both sides as tanh."""
        if self.low is None:
            return False
        return self.high is None or abs(self.low + self.high) > _SPACING


def flat_ends(steps: Sequence[Spec]) -> FlatEnds | None:
    """The flat ends of the steps of an activation, None where there are none."""
    if any(kind in _OF_ROWS for kind, _ in steps):
        return None
    points = np.arange(-_REACH, _REACH, _SPACING) + _SPACING / 2  # none of them at the kink of ReLU
    slopes = np.abs(_applied(steps, points + 1e-4) - _applied(steps, points - 1e-4)) / 2e-4
    steepest = slopes[np.abs(points) < 3].max()
    if steepest == 0 or slopes.max() > 2 * steepest:  # a constant; exp, which has no steepest slope
        return None
    steep = np.flatnonzero(slopes >= FLAT * steepest)
    first, last = steep[0], steep[-1]
    low = None if first == 0 else round(float(points[first]) - _SPACING / 2, 3)
    high = None if last == len(points) - 1 else round(float(points[last]) + _SPACING / 2, 3)
    return None if low is None and high is None else FlatEnds(low, high)


def applied(steps: Sequence[Spec], x: Array) -> Array:
    """What these steps make of an array."""
    for kind, attributes in steps:
        x = _core.activation(kind, x, attributes)
    return x


def _applied(steps: Sequence[Spec], points: Array) -> Array:
    return applied(steps, points[:, None])[:, 0]
