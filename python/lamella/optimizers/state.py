"""What an optimizer has learnt, apart from the trainer that keeps it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from lamella import _core
from lamella.base.types import Array

SlotGroups: TypeAlias = tuple[tuple[str, ...], ...]


class OptimizerState(NamedTuple):
    """Step counter and slots: copies, which pickles, files and a new trainer take over.

    Attributes:
        iterations: steps taken, those that only accumulated gradients included.
        slots: variable, name of the slot (`"momentum"`) and values, in the order of the variables.
    """

    iterations: int
    slots: list[tuple[_core.Variable, str, Array]]

    def of(self, variables: Sequence[_core.Variable]) -> OptimizerState:
        """The state without the slots of other variables."""
        known = {id(variable) for variable in variables}
        return OptimizerState(self.iterations, [slot for slot in self.slots if id(slot[0]) in known])

    def for_variables(
        self, wanted: list[tuple[_core.Variable, str]], variables: Sequence[_core.Variable]
    ) -> OptimizerState:
        """The state, its slots given to the variables of another model where it was copied alone.

        Args:
            wanted: variables and names of slots, as the trainer of that model lists them.
            variables: all variables of that model.
        """
        known = {id(variable) for variable in variables}
        if not self.slots or any(id(variable) in known for variable, _, _ in self.slots):
            return self
        kinds = [(variable.shape, variable.dtype, name) for variable, name in wanted]
        if [(variable.shape, variable.dtype, name) for variable, name, _ in self.slots] != kinds:
            message = "The optimizer has trained variables of other shapes: it goes on without its slots"
            warnings.warn(message, stacklevel=2)
            return self
        slots = [(variable, name, slot[2]) for (variable, name), slot in zip(wanted, self.slots, strict=True)]
        return OptimizerState(self.iterations, slots)
