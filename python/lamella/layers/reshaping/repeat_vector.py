"""A vector, several times."""

from __future__ import annotations

from typing import Any

from lamella.base.types import Config, Shape
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import Layer
from lamella.graph.value import Value
from lamella.layers.window import size


class RepeatVector(Layer):
    """Makes (rows, n, features) of (rows, features): each row n times.

    Args:
        n: how often, an integer of at least 1.
        **kwargs: see `Layer`.

    Raises:
        ValueError: when `n` is not a positive integer; when built, for inputs that are not vectors.

    >>> import numpy as np
    >>> RepeatVector(2)(np.array([[1.0, 2.0]])).tolist()
    [[[1.0, 2.0], [1.0, 2.0]]]
    """

    def __init__(self, n: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.n = size(self, "n", n)

    def build(self, input_shape: Shape) -> None:
        self.compute_output_shape(input_shape)
        super().build(input_shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 2:
            raise ValueError(
                f"RepeatVector '{self.name}' needs inputs of shape (rows, features). Received: "
                f"{tuple(input_shape)}"
            )
        return (input_shape[0], self.n, input_shape[1])

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        value = builder.add(self, "reshape", value, attributes={"shape": [1, *value.shape]})
        return [builder.map_axis(self, value, 0, [[(0, 1.0)]] * self.n)]

    def get_config(self) -> Config:
        return {**super().get_config(), "n": self.n}
