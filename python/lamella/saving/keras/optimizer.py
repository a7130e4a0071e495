"""What Keras's optimizers keep, in the order of their variables in files."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence

import numpy as np

from lamella import _core
from lamella.base.types import Array
from lamella.optimizers import Optimizer
from lamella.optimizers.state import OptimizerState
from lamella.variable import Variable

Slot = tuple[Variable, str]


def slot_order(optimizer: Optimizer, variables: Sequence[Variable]) -> list[Slot]:
    """The slots of these variables in Keras's order."""
    groups: list[tuple[str, ...]] = [("average",)] if optimizer.use_ema else []
    groups += [("gradient_accumulator",)] if optimizer.gradient_accumulation_steps else []
    groups += optimizer.slot_groups
    return [(variable, slot) for group in groups for variable in variables for slot in group]


def state_arrays(optimizer: Optimizer, variables: Sequence[Variable]) -> list[Array]:
    """What an optimizer keeps for these variables, as it starts where it has not trained."""
    state = optimizer.state() or OptimizerState(0, [])
    kept = {(id(variable), slot): values for variable, slot, values in state.slots}
    arrays = [np.asarray(state.iterations, np.int32 if state.iterations < 1 << 31 else np.int64)]
    if not optimizer.follows_schedule:
        arrays.append(np.asarray(optimizer.rate, np.float32))
    for variable, slot in slot_order(optimizer, variables):
        values = kept.get((id(variable), slot))
        arrays.append(_initial(optimizer, variable, slot) if values is None else values)
    if optimizer.kind == "nadam":
        arrays.append(np.asarray(_u_product(optimizer), np.float32))
    return arrays


def slot_names(optimizer: Optimizer, variables: Sequence[Variable]) -> list[str]:
    """What the arrays of `state_arrays` are called in Keras's old format."""
    names = ["iteration"] if optimizer.follows_schedule else ["iteration", "learning_rate"]
    slots = slot_order(optimizer, variables)
    names += [f"{variable.path.replace('/', '_')}_{slot}" for variable, slot in slots]
    return [*names, "u_product"] if optimizer.kind == "nadam" else names


def _initial(optimizer: Optimizer, variable: Variable, slot: str) -> Array:
    value = optimizer.hyperparameters()["initial_accumulator_value"] if slot == "accumulator" else 0.0
    return np.full(variable.shape, value, variable.dtype)


def _u_product(optimizer: Optimizer) -> float:
    """What Nadam multiplies up in Keras: `beta_1 * (1 - 0.5 * 0.96 ** t)` for all updates so far."""
    updates = optimizer.iterations
    settled = min(updates, 920)  # later factors are beta_1 to the last bit
    factors = math.prod(1 - 0.5 * 0.96**t for t in range(1, settled + 1))
    return float(optimizer.hyperparameters()["beta_1"] ** updates * factors)


def restore(
    optimizer: Optimizer, iterations: int, rate: float | None, slots: list[tuple[Slot, Array]]
) -> None:
    """Let an optimizer go on from what a file holds.

    Raises:
        ValueError: when it cannot have taken that many steps.
    """
    # The config has the same rate with more digits, unless it was changed after compiling.
    if rate is not None and np.float32(rate) != np.float32(optimizer.rate):
        optimizer.learning_rate = rate
    values: list[tuple[_core.Variable, str, Array]] = [
        (variable, slot, np.asarray(array, variable.dtype)) for (variable, slot), array in slots
    ]
    optimizer.set_state(OptimizerState(iterations, values))


def warn_of_fresh_start(optimizer: Optimizer) -> None:
    """Say that the state of an optimizer is not taken over, which Keras leaves at a warning too."""
    warnings.warn(
        f"The optimizer '{optimizer.name}' starts anew: the file does not hold what Keras 3.15 keeps of it",
        stacklevel=5,
    )
