"""Flatten."""

from __future__ import annotations

import math
from typing import Any

from lamella.base.types import Config, Shape
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import Layer
from lamella.graph.value import Value
from lamella.layers.window import channels_last


class Flatten(Layer):
    """Lays all axes but the batch out in one, row-major.

    Args:
        data_format: must be None or `"channels_last"`.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for another data format.

    >>> import numpy as np
    >>> Flatten()(np.ones((2, 3, 4))).shape
    (2, 12)
    """

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        channels_last(self, data_format)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        features = [axis for axis in input_shape[1:] if axis is not None]
        known = len(features) == len(input_shape) - 1
        return (input_shape[0], math.prod(features) if known else None)

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        return [builder.add(self, "reshape", value, attributes={"shape": [math.prod(value.shape)]})]

    def get_config(self) -> Config:
        return {**super().get_config(), "data_format": "channels_last"}
