"""Rescaling."""

from __future__ import annotations

from typing import Any

from lamella.base.checks import entries_of, number, numbers
from lamella.base.types import Config
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import Layer, owner_of
from lamella.graph.value import Value


class Rescaling(Layer):
    """`x * scale + offset`.

    Args:
        scale: a number, or one for each index of the last axis.
        offset: a number, or one for each index of the last axis. Defaults to 0.
        **kwargs: see `Layer`.

    Raises:
        ValueError: when `scale` or `offset` has more than one axis.

    >>> import numpy as np
    >>> Rescaling(0.5, 1.0)(np.array([[2.0, 4.0]])).tolist()
    [[2.0, 3.0]]
    """

    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale = self._numbers("scale", scale)
        self.offset = self._numbers("offset", offset)

    def _numbers(self, argument: str, value: Any) -> float | list[float]:
        entries = entries_of(value)
        if entries is None:
            return number(owner_of(self), argument, value)
        return list(numbers(owner_of(self), argument, value, max(len(entries), 1)))

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        attributes = {"scale": self.scale, "offset": self.offset}
        return [builder.add(self, "rescaling", value, attributes=attributes)]

    def get_config(self) -> Config:
        return {**super().get_config(), "scale": self.scale, "offset": self.offset}
