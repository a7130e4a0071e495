"""Inputs without their edges."""

from __future__ import annotations

from typing import Any, ClassVar

from lamella.base.types import Config, Shape
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import Layer
from lamella.graph.value import Value
from lamella.layers.window import channels_last, pairs, spatial_shape


class Cropping(Layer):
    """Base class of `Cropping1D`, `Cropping2D` and `Cropping3D`: see there."""

    rank: ClassVar[int]

    def __init__(self, cropping: Any, data_format: str | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        channels_last(self, data_format)
        self.cropping = pairs(self, "cropping", cropping, self.rank)

    def build(self, input_shape: Shape) -> None:
        self.compute_output_shape(input_shape)
        super().build(input_shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        spatial = spatial_shape(self, input_shape, self.rank)
        left = [None if n is None else n - sum(cut) for n, cut in zip(spatial, self.cropping, strict=True)]
        if any(n is not None and n < 1 for n in left):
            raise ValueError(
                f"{type(self).__name__} '{self.name}': nothing is left of inputs of shape "
                f"{tuple(input_shape)}. Received: cropping={self.cropping}"
            )
        return (input_shape[0], *left, input_shape[-1])

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        for axis, (before, after) in enumerate(self.cropping):
            value = builder.crop(self, value, axis, before, value.shape[axis] - before - after)
        return [value]

    def get_config(self) -> Config:
        cropping = self.cropping[0] if self.rank == 1 else self.cropping
        return {**super().get_config(), "cropping": cropping, "data_format": "channels_last"}


class Cropping1D(Cropping):
    """Signals without their edges.

    Input (rows, steps, channels), output of the same form.

    Args:
        cropping: an integer for both ends, or a pair (before, after). Defaults to 1.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for numbers that are negative; when built, where nothing is left.

    >>> import numpy as np
    >>> Cropping1D(1)(np.arange(4.0).reshape(1, 4, 1)).ravel().tolist()
    [1.0, 2.0]
    """

    rank = 1

    def __init__(self, cropping: Any = (1, 1), **kwargs: Any) -> None:
        super().__init__(cropping, None, **kwargs)

    def get_config(self) -> Config:
        config = super().get_config()
        del config["data_format"]
        return config


class Cropping2D(Cropping):
    """Pictures without their edges.

    Input (rows, height, width, channels), output of the same form.

    Args:
        cropping: an integer for all sides, two for height and width, or two pairs (before,
            after). Defaults to 0.
        data_format: must be None or `"channels_last"`.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for numbers that are negative; when built, where nothing is left.

    >>> import numpy as np
    >>> Cropping2D(1)(np.ones((2, 5, 6, 5))).shape
    (2, 3, 4, 5)
    """

    rank = 2

    def __init__(
        self, cropping: Any = ((0, 0), (0, 0)), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(cropping, data_format, **kwargs)


class Cropping3D(Cropping):
    """Volumes without their edges.

    Input (rows, depth, height, width, channels), output of the same form.

    Args:
        cropping: an integer for all sides, three for the axes, or three pairs (before, after). Defaults to 1.
        data_format: must be None or `"channels_last"`.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for numbers that are negative; when built, where nothing is left.

    >>> import numpy as np
    >>> Cropping3D(1)(np.ones((2, 5, 6, 7, 1))).shape
    (2, 3, 4, 5, 1)
    """

    rank = 3

    def __init__(
        self, cropping: Any = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(cropping, data_format, **kwargs)
