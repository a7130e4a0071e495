"""Rescaling."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella._types import Config
from lamella.layers.layer import Layer
from lamella.program import ProgramBuilder


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
        array = np.asarray(value, dtype=np.float64)
        if array.ndim > 1:
            raise ValueError(
                f"Rescaling '{self.name}': '{argument}' must be a number or a list of numbers. "
                f"Received: an array of shape {array.shape}"
            )
        numbers: float | list[float] = array.tolist()
        return numbers

    def emit(self, builder: ProgramBuilder, value: int) -> int:
        return builder.add(self, "rescaling", value, attributes={"scale": self.scale, "offset": self.offset})

    def get_config(self) -> Config:
        return {**super().get_config(), "scale": self.scale, "offset": self.offset}
