"""Root mean square normalisation."""

from __future__ import annotations

from typing import Any

from lamella.base.types import Config, Shape
from lamella.graph.builder import ProgramBuilder
from lamella.graph.value import Value
from lamella.layers.normalization.row_normalization import RowNormalization
from lamella.variable import Variable


class RMSNormalization(RowNormalization):
    """`scale * x / sqrt(mean(x ** 2) + epsilon)` with the mean of each row along `axis`.

    Zhang and Sennrich, arXiv 1910.07467.

    Args:
        axis: an axis, or several, behind the batch axis, which counts; scale has their lengths. Defaults to
            -1.
        epsilon: defaults to 1e-6.
        **kwargs: see `Layer`.

    Raises:
        ValueError: when `epsilon` is not positive; when built, for an axis that inputs do not have.

    >>> import numpy as np
    >>> print(RMSNormalization()(np.array([[1.0, 7.0]])).round(1))
    [[0.2 1.4]]
    """

    def __init__(self, axis: Any = -1, epsilon: float = 1e-6, **kwargs: Any) -> None:
        super().__init__(axis, epsilon, **kwargs)
        self.scale: Variable

    def build(self, input_shape: Shape) -> None:
        self.scale = self.add_weight(self.parameter_shape(input_shape), "ones", name="scale")
        super().build(input_shape)

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        return [self.normalise(builder, value, [self.scale, None])]

    def get_config(self) -> Config:
        return {**super().get_config(), "axis": self.axis, "epsilon": self.epsilon}
