"""Functions as regularizers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np

from lamella.base import custom_objects
from lamella.base.checks import refusal, takes
from lamella.base.registry import config_entries
from lamella.base.results import NumberResult
from lamella.base.types import Array, Config, Spec
from lamella.regularizers.regularizer import Regularizer


class FunctionRegularizer(Regularizer):
    """A regularizer that is a function of your own; `get` makes one of a function.

    Args:
        function: called as `function(x)`, returns a tuple: the penalty, a number, and its derivative by x, an
            array of x's shape. It is called twice a step.

    Raises:
        ValueError: for what is no function of one argument.
        TypeError: when it is called and returns something else.

    >>> FunctionRegularizer(lambda x: (float(np.sum(x**4)), 4 * x**3))([1.0, 2.0])
    17.0
    """

    def __init__(self, function: Callable[[Array], tuple[Any, Any]]) -> None:
        if not callable(function) or not takes(function, None):
            raise refusal("FunctionRegularizer", "function", "a function f(x)", function)
        self.function = function

    def spec(self) -> Spec:
        return "python", {"penalty": self}

    def __call__(self, x: Any) -> NumberResult:
        return NumberResult(self._both(x)[0])

    def gradient(self, x: Array) -> Array:
        return np.asarray(self._both(x)[1])

    def _both(self, x: Any) -> tuple[Any, Any]:
        returned = self.function(np.asarray(x))
        if not isinstance(returned, tuple) or len(returned) != 2:
            name = getattr(self.function, "__name__", self.function)
            raise TypeError(
                f"Regularizer {name} must return a tuple (penalty, gradient): functions of your own give the "
                f"derivative by x as well. Received: {type(returned).__name__}"
            )
        return returned

    def get_config(self) -> Config:
        return {"function": custom_objects.describe_function(self.function)}

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Rebuild from `get_config`'s dictionary; the function is one of the custom objects."""
        entries = config_entries(cls, config)
        return cls(custom_objects.find_function(entries.get("function"), "regularizer"))
