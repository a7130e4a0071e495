"""Functions as initializers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lamella.base import config as settings
from lamella.base.checks import refusal
from lamella.base.results import ArrayResult, answer
from lamella.base.types import Config
from lamella.initializers.initializer import Initializer, checked_shape


class FunctionInitializer(Initializer):
    """Values of a function of your own; `get` makes one of a function.

    Args:
        function: called as `function(shape, dtype=dtype)`, returns an array of this shape.

    Raises:
        ValueError: for what is no function; when called, where it returns another shape.

    >>> FunctionInitializer(lambda shape, dtype: np.full(shape, 0.5, dtype))((2,)).tolist()
    [0.5, 0.5]
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        if not callable(function):
            raise refusal("FunctionInitializer", "function", "a function f(shape, dtype)", function)
        self.function = function

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> ArrayResult:
        dtype, shape = dtype or settings.floatx(), checked_shape(self, shape)
        values = np.asarray(self.function(shape, dtype=dtype), dtype=dtype)
        if values.shape != shape:
            name = getattr(self.function, "__name__", self.function)
            raise ValueError(
                f"The initializer {name} must return an array of shape {shape}. Received: shape "
                f"{values.shape}"
            )
        return answer(values)

    def get_config(self) -> Config:
        return {"function": self.function}
