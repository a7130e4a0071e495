"""What layers for pictures have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lamella._types import Array, Shape
from lamella.data.conversion import as_numbers
from lamella.layers.layer import Layer
from lamella.layers.window import spatial_shape


class PictureLayer(Layer):
    """Base class of layers for pictures: they may also be called with a single one."""

    def __call__(self, inputs: Any, training: bool | None = None) -> Array:
        """The outputs for pictures (rows, height, width, channels), or for one (height, width, channels)."""
        return for_one_or_many(super().__call__, inputs, training)

    def build(self, input_shape: Shape) -> None:
        self.compute_output_shape(input_shape)
        super().build(input_shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        spatial_shape(self, input_shape, 2)
        return tuple(input_shape)


def for_one_or_many(call: Callable[[Any, bool | None], Array], inputs: Any, training: bool | None) -> Array:
    """What `call` returns for pictures; a single one goes in and comes out without the axis of rows."""
    x = inputs if isinstance(inputs, Layer) else as_numbers("inputs", inputs)
    if isinstance(x, Layer) or x.ndim != 3:
        return call(inputs, training)
    return np.asarray(call(x[None], training)[0])
