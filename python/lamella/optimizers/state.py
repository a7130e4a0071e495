"""What an optimizer has learnt, apart from the trainer that keeps it."""

from __future__ import annotations

from typing import NamedTuple

from lamella import _core
from lamella._types import Array


class OptimizerState(NamedTuple):
    """Step counter and slots: copies, which pickles, files and a new trainer take over.

    Attributes:
        iterations: steps taken, those that only accumulated gradients included.
        slots: variable, name of the slot (`"momentum"`) and values, in the order of the variables.
    """

    iterations: int
    slots: list[tuple[_core.Variable, str, Array]]
