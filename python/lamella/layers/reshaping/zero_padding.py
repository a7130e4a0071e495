"""Zeros around inputs."""

from __future__ import annotations

from typing import Any, ClassVar

from lamella.base.types import Config, Shape
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import Layer
from lamella.graph.value import Value
from lamella.layers.window import channels_last, pairs, spatial_shape


class ZeroPadding(Layer):
    """Base class of `ZeroPadding1D`, `ZeroPadding2D` and `ZeroPadding3D`: see there."""

    rank: ClassVar[int]

    def __init__(self, padding: Any, data_format: str | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        channels_last(self, data_format)
        self.padding = pairs(self, "padding", padding, self.rank)

    def build(self, input_shape: Shape) -> None:
        self.compute_output_shape(input_shape)
        super().build(input_shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        spatial = spatial_shape(self, input_shape, self.rank)
        padded = [
            None if n is None else n + before + after
            for n, (before, after) in zip(spatial, self.padding, strict=True)
        ]
        return (input_shape[0], *padded, input_shape[-1])

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        for axis, (before, after) in enumerate(self.padding):
            value = builder.pad(self, value, axis, before, after)
        return [value]

    def get_config(self) -> Config:
        padding = self.padding[0] if self.rank == 1 else self.padding
        return {**super().get_config(), "padding": padding, "data_format": "channels_last"}


class ZeroPadding1D(ZeroPadding):
    """Zeros around signals.

    Input (rows, steps, channels), output of the same form.

    Args:
        padding: an integer for both ends, or a pair (before, after). Defaults to 1.
        data_format: must be None or `"channels_last"`.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for numbers that are negative; when built, for inputs of another rank.

    >>> import numpy as np
    >>> ZeroPadding1D(1)(np.ones((1, 2, 1))).ravel().tolist()
    [0.0, 1.0, 1.0, 0.0]
    """

    rank = 1

    def __init__(self, padding: Any = 1, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(padding, data_format, **kwargs)


class ZeroPadding2D(ZeroPadding):
    """Zeros around pictures.

    Input (rows, height, width, channels), output of the same form.

    Args:
        padding: an integer for all sides, two for height and width, or two pairs (before,
            after). Defaults to 1.
        data_format: must be None or `"channels_last"`.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for numbers that are negative; when built, for inputs of another rank.

    >>> import numpy as np
    >>> ZeroPadding2D(1)(np.ones((2, 3, 4, 5))).shape
    (2, 5, 6, 5)
    """

    rank = 2

    def __init__(self, padding: Any = (1, 1), data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(padding, data_format, **kwargs)


class ZeroPadding3D(ZeroPadding):
    """Zeros around volumes.

    Input (rows, depth, height, width, channels), output of the same form.

    Args:
        padding: an integer for all sides, three for the axes, or three pairs (before, after). Defaults to 1.
        data_format: must be None or `"channels_last"`.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for numbers that are negative; when built, for inputs of another rank.

    >>> import numpy as np
    >>> ZeroPadding3D(1)(np.ones((2, 3, 4, 5, 1))).shape
    (2, 5, 6, 7, 1)
    """

    rank = 3

    def __init__(
        self, padding: Any = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(padding, data_format, **kwargs)
