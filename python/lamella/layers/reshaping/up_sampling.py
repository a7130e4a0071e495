"""Larger inputs."""

from __future__ import annotations

from typing import Any, ClassVar

from lamella.base.types import Config, Shape
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import Layer
from lamella.graph.value import Value
from lamella.layers.interpolation import interpolation_terms, known_interpolation
from lamella.layers.window import channels_last, per_axis, spatial_shape


class UpSampling(Layer):
    """Base class of `UpSampling1D`, `UpSampling2D` and `UpSampling3D`: see there."""

    rank: ClassVar[int]

    def __init__(self, size: Any, data_format: str | None, interpolation: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        channels_last(self, data_format)
        self.size = per_axis(self, "size", size, self.rank)
        self.interpolation = known_interpolation(self, interpolation)

    def build(self, input_shape: Shape) -> None:
        spatial_shape(self, input_shape, self.rank)
        super().build(input_shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        spatial = spatial_shape(self, input_shape, self.rank)
        larger = [None if n is None else n * factor for n, factor in zip(spatial, self.size, strict=True)]
        return (input_shape[0], *larger, input_shape[-1])

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        for axis in reversed(range(self.rank)):
            length = value.shape[axis]
            terms = interpolation_terms(self.interpolation, length, length * self.size[axis])
            value = builder.map_axis(self, value, axis, terms)
        return [value]

    def get_config(self) -> Config:
        return {**super().get_config(), "size": self.size}


class UpSampling1D(UpSampling):
    """Makes signals larger by repeating their steps.

    Input (rows, steps, channels), output of the same form.

    Args:
        size: how often each step is there. Defaults to 2.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for sizes that are not positive.

    >>> import numpy as np
    >>> UpSampling1D(2)(np.arange(2.0).reshape(1, 2, 1)).ravel().tolist()
    [0.0, 0.0, 1.0, 1.0]
    """

    rank = 1

    def __init__(self, size: int | tuple[int] = 2, **kwargs: Any) -> None:
        super().__init__(size, None, "nearest", **kwargs)

    def get_config(self) -> Config:
        return {**super().get_config(), "size": self.size[0]}


class UpSampling2D(UpSampling):
    """Makes pictures larger by repeating their pixels or interpolating between them.

    Input (rows, height, width, channels), output of the same form.

    Args:
        size: how often each pixel is there along an axis: an integer or two. Defaults to 2.
        data_format: must be None or `"channels_last"`.
        interpolation: `"nearest"` (the default), `"bilinear"`, `"bicubic"`, `"lanczos3"` or `"lanczos5"`.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for sizes that are not positive or an interpolation that is not known.

    >>> import numpy as np
    >>> UpSampling2D(2)(np.ones((2, 5, 6, 5))).shape
    (2, 10, 12, 5)
    """

    rank = 2

    def __init__(
        self,
        size: Any = (2, 2),
        data_format: str | None = None,
        interpolation: str = "nearest",
        **kwargs: Any,
    ) -> None:
        super().__init__(size, data_format, interpolation, **kwargs)

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "data_format": "channels_last",
            "interpolation": self.interpolation,
        }


class UpSampling3D(UpSampling):
    """Makes volumes larger by repeating their voxels.

    Input (rows, depth, height, width, channels), output of the same form.

    Args:
        size: how often each voxel is there along an axis: an integer or three. Defaults to 2.
        data_format: must be None or `"channels_last"`.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for sizes that are not positive.

    >>> import numpy as np
    >>> UpSampling3D(2)(np.ones((2, 5, 6, 7, 1))).shape
    (2, 10, 12, 14, 1)
    """

    rank = 3

    def __init__(self, size: Any = (2, 2, 2), data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(size, data_format, "nearest", **kwargs)

    def get_config(self) -> Config:
        return {**super().get_config(), "data_format": "channels_last"}
