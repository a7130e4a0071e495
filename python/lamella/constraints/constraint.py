"""What all constraints have in common."""

from __future__ import annotations

from typing import Any, Self

from lamella.base import config as settings
from lamella.base.overrides import defined_by_user
from lamella.base.registry import constructor_arguments
from lamella.base.settings import Configured
from lamella.base.types import Array, Config, Spec
from lamella.data.conversion import to_array


class Constraint(Configured):
    """Base class of constraints: what is done to a variable after each update.

    A constraint of your own has `__call__(w)`, which returns an array to put in the variable's place; a step
    then costs what it costs in NumPy.

    >>> import numpy as np, lamella
    >>> class Centred(lamella.constraints.Constraint):
    ...     def __call__(self, w):
    ...         return w - w.mean(axis=0)
    >>> dense = lamella.layers.Dense(2, kernel_constraint=Centred())
    >>> model = lamella.Sequential([lamella.Input((3,)), dense])
    >>> model.compile("sgd", "mse")
    >>> loss = model.train_on_batch(np.ones((4, 3)), np.ones((4, 2)))
    >>> bool(np.allclose(dense.kernel.numpy().sum(axis=0), 0, atol=1e-6))
    True
    """

    def spec(self, rank: int) -> Spec:
        """The native constraint and its numbers; one that calls back into Python where the user wrote it.

        Args:
            rank: number of axes of the variable.
        """
        native = self.native_spec(rank)
        if native is None or "__call__" in defined_by_user(type(self)):
            return "python", {"constraint": self}
        return native

    def native_spec(self, rank: int) -> Spec | None:
        """The native constraint for a variable of so many axes, None where there is none."""
        return None

    def __call__(self, w: Any) -> Array:
        """The array, brought back into the allowed set."""
        raise NotImplementedError(f"{type(self).__name__} does not implement __call__(w)")

    def get_config(self) -> Config:
        """The constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Rebuild from `get_config`'s dictionary."""
        return cls(**constructor_arguments(cls, config))


def as_floats(w: Any) -> Array:
    """An array of floating-point numbers."""
    array = to_array("w", w)
    return array if array.dtype.kind == "f" else array.astype(settings.floatx())
