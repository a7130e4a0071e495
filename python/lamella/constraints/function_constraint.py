"""Functions as constraints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np

from lamella.base import custom_objects
from lamella.base.checks import refusal, takes
from lamella.base.registry import config_entries
from lamella.base.results import ArrayResult, answer
from lamella.base.types import Array, Config
from lamella.constraints.constraint import Constraint


class FunctionConstraint(Constraint):
    """A constraint that is a function of your own; `get` makes one of a function.

    Args:
        function: called as `function(w)`, returns an array to put in the variable's place.

    Raises:
        ValueError: for what is no function of one argument.

    >>> FunctionConstraint(lambda w: np.clip(w, -1, 1))([-3.0, 0.5]).tolist()
    [-1.0, 0.5]
    """

    def __init__(self, function: Callable[[Array], Any]) -> None:
        if not callable(function) or not takes(function, None):
            raise refusal("FunctionConstraint", "function", "a function f(w)", function)
        self.function = function

    def __call__(self, w: Any) -> ArrayResult:
        return answer(self.function(np.asarray(w)))

    def get_config(self) -> Config:
        return {"function": custom_objects.describe_function(self.function)}

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Rebuild from `get_config`'s dictionary; the function is one of the custom objects."""
        entries = config_entries(cls, config)
        return cls(custom_objects.find_function(entries.get("function"), "constraint"))
