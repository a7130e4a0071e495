"""Initializers that draw nothing."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from lamella.base import config as settings
from lamella.base.checks import number, refusal
from lamella.base.registry import constructor_arguments
from lamella.base.results import ArrayResult, answer
from lamella.base.types import Array, Config
from lamella.initializers.initializer import Initializer, checked_shape


class Constant(Initializer):
    """One number everywhere, or the numbers of an array.

    Args:
        value: the number, or an array that is broadcast to the variable's shape. Defaults to 0.

    Raises:
        ValueError: for what is no number, or NaN; when called with a shape that the array does not fit.

    >>> Constant(3.0)((2,)).tolist(), Constant([1.0, 2.0])((2, 2)).tolist()
    ([3.0, 3.0], [[1.0, 2.0], [1.0, 2.0]])
    """

    def __init__(self, value: Any = 0.0) -> None:
        self.value: float | Array = _numbers(value)
        self._shape: tuple[int, ...] | None = None

    @classmethod
    def of_shape(cls, array: Any) -> Constant:
        """The values of a variable of the array's shape, and of no other."""
        initializer = cls(array)
        initializer._shape = np.shape(array)
        return initializer

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> ArrayResult:
        wanted = checked_shape(self, shape)
        try:
            if self._shape not in (None, wanted):
                raise ValueError
            return answer(np.full(wanted, self.value, dtype=dtype or settings.floatx()))
        except ValueError:
            raise ValueError(
                f"Constant: values of shape {np.shape(self.value)} do not fit a variable of shape {wanted}"
            ) from None

    def get_config(self) -> Config:
        """The constructor's arguments; an array as Keras writes it."""
        if not isinstance(self.value, np.ndarray):
            return {"value": self.value}
        array = {"value": self.value.tolist(), "dtype": str(self.value.dtype)}
        return {"value": {"class_name": "__numpy__", "config": array}}

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Rebuild from `get_config`'s dictionary or Keras's."""
        arguments = constructor_arguments(cls, config)
        value = arguments.get("value")
        if isinstance(value, dict):
            written = value.get("config")
            arguments["value"] = written.get("value") if isinstance(written, dict) else None
        return cls(**arguments)


def _numbers(value: Any) -> float | Array:
    """A number, or an array of numbers of its own; infinite ones too."""
    if np.ndim(value) == 0 if isinstance(value, np.ndarray) else not isinstance(value, (list, tuple)):
        return number("Constant", "value", value, infinite=True)
    try:
        array = np.array(value, dtype=getattr(value, "dtype", None) or np.float64)
        if array.dtype.kind not in "biuf" or np.isnan(array).any():
            raise ValueError
    except (TypeError, ValueError):
        raise refusal("Constant", "value", "a number or an array of numbers without NaN", value) from None
    return array


class Zeros(Initializer):
    """Zero everywhere.

    >>> Zeros()((2,)).tolist()
    [0.0, 0.0]
    """

    def __init__(self) -> None:
        pass

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> ArrayResult:
        return answer(np.zeros(checked_shape(self, shape), dtype=dtype or settings.floatx()))


class Ones(Initializer):
    """One everywhere.

    >>> Ones()((2,)).tolist()
    [1.0, 1.0]
    """

    def __init__(self) -> None:
        pass

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> ArrayResult:
        return answer(np.ones(checked_shape(self, shape), dtype=dtype or settings.floatx()))


# Keras's second names.
constant = Constant
ones = Ones
zeros = Zeros
