"""The course of a training as it was measured: layer by layer, and over time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lamella.base.types import Array

LEARNED = 0.5
"""Loss divided by that of an idle network, below which it is plain that something was learned."""

FALLING = 0.1
"""By this share a loss falls that does not stand still; batches differ by less."""


@dataclass
class Observed:
    """What was measured in T measurements, the last one at the end of training.

    Attributes:
        steps: steps before each measurement.
        losses, idle_losses: the losses of the rows, and of a network that gives zeros to its last activation.
        inputs: size of the inputs.
        activations, signals, dead, saturated, ratios: T numbers for each layer, NaN where there is none.
        stream: the trained layers, from input to output, that no shortcut leads around.
        top: the last layer.
        not_finite: the step whose loss was not finite first, or None.
    """

    steps: list[int]
    losses: Array
    idle_losses: Array
    inputs: Array
    activations: dict[str, Array]
    signals: dict[str, Array]
    dead: dict[str, Array]
    saturated: dict[str, Array]
    ratios: dict[str, Array]
    stream: list[str]
    top: str
    not_finite: int | None

    @property
    def first(self) -> str:
        """The first trained layer."""
        return self.stream[0] if self.stream else self.top

    @property
    def times(self) -> range:
        """The numbers of the measurements."""
        return range(len(self.steps))

    @property
    def relative_losses(self) -> Array:
        """Losses divided by those of an idle network; NaN where that one says nothing."""
        positive = np.where(self.idle_losses > 0, self.idle_losses, np.nan)
        return np.where(self.losses >= 0, self.losses, np.nan) / positive

    @property
    def reach(self) -> Array:
        """The gradient by the first trained layer's outputs divided by that at the output of the network."""
        return self.relative_signal(self.first)

    def relative_signal(self, label: str) -> Array:
        """The gradient by a layer's outputs divided by that at the output of the network."""
        at_top = np.where(self.signals[self.top] > 0, self.signals[self.top], np.nan)
        return self.signals[label] / at_top

    @property
    def typical_ratios(self) -> Array:
        """The length of each step divided by that of the weights: the median over the layers."""
        finite = [np.where(np.isfinite(ratios), ratios, np.nan) for ratios in self.ratios.values()]
        return np.array([_median(column) for column in np.array(finite).T])

    @property
    def is_stuck(self) -> bool:
        """Whether the loss does not fall from the earlier half of the measurements to the later one."""
        earlier = _median(self.losses[: max(1, len(self.losses) // 2)])
        return not earlier - late(self.losses) > FALLING * abs(earlier)

    @property
    def has_learned(self) -> bool:
        """Whether the loss has ended plainly below an idle network's; or falls, where that says nothing."""
        relative = late(self.relative_losses[len(self.losses) // 2 :])
        return not self.is_stuck if math.isnan(relative) else relative < LEARNED


def late(values: Array) -> float:
    """The median of the later half of those that were measured."""
    known = values[~np.isnan(values)]
    return _median(known[len(known) // 2 :])


def _median(values: Array) -> float:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if known.size else math.nan
