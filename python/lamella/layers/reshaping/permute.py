"""Another order of the axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lamella.base.checks import axes, refusal
from lamella.base.types import Config, Shape
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import Layer, owner_of
from lamella.graph.value import Value


class Permute(Layer):
    """Puts the axes of rows into another order.

    Args:
        dims: for each axis of the output, the axis of the input, counted from 1; the batch axis stays first.
        **kwargs: see `Layer`.

    Raises:
        ValueError: when `dims` is not 1, 2 ... in some order; when built, for inputs of another rank.

    >>> import numpy as np
    >>> Permute((2, 1))(np.zeros((5, 2, 3))).shape
    (5, 3, 2)
    """

    def __init__(self, dims: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        checked = axes(owner_of(self), "dims", dims)
        self.dims = (checked,) if isinstance(checked, int) else checked
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise refusal(owner_of(self), "dims", f"1 to {len(self.dims)}, in any order", dims)

    def build(self, input_shape: Shape) -> None:
        self.compute_output_shape(input_shape)
        super().build(input_shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != len(self.dims) + 1:
            raise ValueError(
                f"Permute '{self.name}': dims={self.dims} needs inputs of {len(self.dims)} axes behind the "
                f"batch axis. Received: {tuple(input_shape)}"
            )
        return (input_shape[0], *(input_shape[axis] for axis in self.dims))

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        return [builder.add(self, "permute", value, attributes={"axes": [axis - 1 for axis in self.dims]})]

    def get_config(self) -> Config:
        return {**super().get_config(), "dims": self.dims}
