"""Vectors of length 1."""

from __future__ import annotations

from typing import Any

from lamella.base.types import Config, Shape
from lamella.graph.builder import ProgramBuilder
from lamella.graph.value import Value
from lamella.layers.normalization.row_normalization import RowNormalization


class UnitNormalization(RowNormalization):
    """`x / sqrt(max(sum(x ** 2), 1e-12))` along `axis`.

    Args:
        axis: an axis, or several, behind the batch axis, which counts. Defaults to -1.
        **kwargs: see `Layer`.

    Raises:
        ValueError: when built, for an axis that inputs do not have.

    >>> import numpy as np
    >>> print(UnitNormalization()(np.array([[3.0, 4.0]])).round(1))
    [[0.6 0.8]]
    """

    unit = True

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(axis, 1e-12, **kwargs)

    def build(self, input_shape: Shape) -> None:
        self.row_axes(input_shape)
        super().build(input_shape)

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        return [self.normalise(builder, value)]

    def get_config(self) -> Config:
        return {**super().get_config(), "axis": self.axis}
