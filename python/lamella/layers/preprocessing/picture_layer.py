"""What layers for pictures have in common."""

from __future__ import annotations

from lamella.base.types import Shape
from lamella.graph.layer import Layer
from lamella.layers.window import spatial_shape


class PictureLayer(Layer):
    """Base class of layers for pictures: they may also be called with a single one.

    Pictures are (rows, height, width, channels), a single one (height, width, channels).
    """

    def takes_pictures(self) -> bool:
        return True

    def build(self, input_shape: Shape) -> None:
        self.compute_output_shape(input_shape)
        super().build(input_shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        spatial_shape(self, input_shape, 2)
        return tuple(input_shape)
