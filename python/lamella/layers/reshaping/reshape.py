"""Reshape."""

from __future__ import annotations

import math
from typing import Any

from lamella.base.checks import entries_of, refusal
from lamella.base.types import Config, Shape
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import Layer, owner_of
from lamella.graph.value import Value
from lamella.layers.window import size


class Reshape(Layer):
    """Gives each row another shape, row-major.

    Args:
        target_shape: shape without the batch axis; one entry may be -1, for what is left.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for two entries of -1, an entry of 0 or below -1, or, when built, a shape that does not
            hold as many numbers as the input.

    >>> import numpy as np
    >>> Reshape((-1, 2))(np.ones((5, 6))).shape
    (5, 3, 2)
    """

    def __init__(self, target_shape: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        entries = entries_of(target_shape)
        entries = (target_shape,) if entries is None else entries
        self.target_shape = tuple(size(self, "target_shape", axis, -1) for axis in entries)
        if self.target_shape.count(-1) > 1 or 0 in self.target_shape:
            raise refusal(
                owner_of(self), "target_shape", "positive integers and at most one -1", target_shape
            )

    def build(self, input_shape: Shape) -> None:
        self.compute_output_shape(input_shape)
        super().build(input_shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        features = [axis for axis in input_shape[1:] if axis is not None]
        if len(features) < len(input_shape) - 1:
            return (input_shape[0], *(None if axis == -1 else axis for axis in self.target_shape))
        return (input_shape[0], *self._resolve(tuple(features)))

    def _resolve(self, features: tuple[int, ...]) -> tuple[int, ...]:
        held, known = math.prod(features), math.prod(axis for axis in self.target_shape if axis != -1)
        if held % known or (-1 not in self.target_shape and held != known):
            raise ValueError(
                f"Reshape '{self.name}': rows of shape {features} hold {held} numbers and do not fit into "
                f"{self.target_shape}, which holds {known}"
            )
        return tuple(held // known if axis == -1 else axis for axis in self.target_shape)

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        shape = self._resolve(tuple(value.shape))
        return [builder.add(self, "reshape", value, attributes={"shape": list(shape)})]

    def get_config(self) -> Config:
        return {**super().get_config(), "target_shape": list(self.target_shape)}
