"""Constraints of norms along axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella.base.checks import axes, number, refusal
from lamella.base.results import ArrayResult, answer
from lamella.base.types import Config, Spec
from lamella.constraints.constraint import Constraint, as_floats

_EPSILON = 1e-7


class MinMaxNorm(Constraint):
    """Brings norms into a range: `w * (rate * clip(norm, min, max) + (1 - rate) * norm) / norm`.

    Args:
        min_value: smallest norm. Defaults to 0.
        max_value: largest norm. Defaults to 1.
        rate: how far to go there, in [0, 1]. Defaults to 1, all the way.
        axis: the axis, or neighbouring axes, that a norm is taken along. Defaults to 0: of a dense kernel
            (inputs, units), the weights of each unit.

    Raises:
        ValueError: when a value is negative, they are in the wrong order, or the rate is outside [0, 1].

    >>> MinMaxNorm(1.0, 2.0)([[3.0, 0.3], [4.0, 0.4]]).round(4).tolist()
    [[1.2, 0.6], [1.6, 0.8]]
    """

    def __init__(
        self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: Any = 0
    ) -> None:
        owner = type(self).__name__
        self.min_value = number(owner, "min_value", min_value, least=0)
        self.max_value = number(owner, "max_value", max_value, least=0, infinite=True)
        if self.min_value > self.max_value:
            raise refusal(owner, "min_value", f"at most 'max_value', {self.max_value}", min_value)
        self.rate = number(owner, "rate", rate, least=0, most=1)
        checked = axes(owner, "axis", axis)
        self.axis: int | list[int] = checked if isinstance(checked, int) else list(checked)

    def native_spec(self, rank: int) -> Spec:
        along = self._axes(rank)
        if along != tuple(range(along[0], along[-1] + 1)):
            raise ValueError(
                f"{type(self).__name__}: 'axis' must be one axis or neighbours. Received: {self.axis!r}"
            )
        limits = {"low": self.min_value, "high": self.max_value, "rate": self.rate}
        return "norm", {**limits, "first_axis": along[0], "last_axis": along[-1]}

    def _axes(self, rank: int) -> tuple[int, ...]:
        along = [self.axis] if isinstance(self.axis, int) else self.axis
        if not all(-rank <= axis < rank for axis in along):
            raise ValueError(
                f"{type(self).__name__}: 'axis' must name axes of a variable with {rank} of them. Received: "
                f"{self.axis!r}"
            )
        return tuple(sorted({axis % rank for axis in along}))

    def __call__(self, w: Any) -> ArrayResult:
        values = as_floats(w)
        along = self._axes(values.ndim)
        norms = np.sqrt(np.sum(np.square(values), axis=along, keepdims=True))
        limited = np.clip(norms, self.min_value, self.max_value)
        wanted = self.rate * limited + (1.0 - self.rate) * norms
        return answer(np.asarray(values * (wanted / (norms + _EPSILON)), dtype=values.dtype))

    def get_config(self) -> Config:
        return {
            "min_value": self.min_value,
            "max_value": self.max_value,
            "rate": self.rate,
            "axis": self.axis,
        }


class MaxNorm(MinMaxNorm):
    """Shrinks vectors that are longer than `max_value` (Srivastava et al., JMLR 15, 2014).

    Args:
        max_value: largest norm. Defaults to 2.
        axis: as of `MinMaxNorm`.

    Raises:
        ValueError: when the value is negative.

    >>> MaxNorm(1.0)([[3.0, 0.3], [4.0, 0.4]]).round(4).tolist()
    [[0.6, 0.3], [0.8, 0.4]]
    """

    def __init__(self, max_value: float = 2, axis: Any = 0) -> None:
        super().__init__(0.0, max_value, 1.0, axis)

    def get_config(self) -> Config:
        return {"max_value": self.max_value, "axis": self.axis}


class UnitNorm(MinMaxNorm):
    """Brings vectors to length 1.

    Args:
        axis: as of `MinMaxNorm`.

    >>> UnitNorm()([[3.0], [4.0]]).round(4).tolist()
    [[0.6], [0.8]]
    """

    def __init__(self, axis: Any = 0) -> None:
        super().__init__(1.0, 1.0, 1.0, axis)

    def get_config(self) -> Config:
        return {"axis": self.axis}


# Keras's second names.
max_norm = MaxNorm
min_max_norm = MinMaxNorm
unit_norm = UnitNorm
