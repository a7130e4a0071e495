"""Pooling."""

from __future__ import annotations

from typing import Any, ClassVar

from lamella.base.types import Config, Shape
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import Layer
from lamella.graph.value import Value
from lamella.layers.window import Window, Windowed, channels_last, spatial_shape


class Pooling(Windowed, Layer):
    """Base class of maximum and average pooling."""

    rank: ClassVar[int]
    kind: ClassVar[str]

    def __init__(
        self,
        pool_size: Any,
        strides: Any,
        padding: str,
        data_format: str | None,
        name: str | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        channels_last(self, data_format)
        strides = pool_size if strides is None else strides
        self.window = Window(self, self.rank, ("pool_size", pool_size), strides, padding)

    @property
    def pool_size(self) -> tuple[int, ...]:
        """How many inputs the window sees along each axis."""
        return self.window.size

    def build(self, input_shape: Shape) -> None:
        self.compute_output_shape(input_shape)
        super().build(input_shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        spatial = self.window.output_shape(spatial_shape(self, input_shape, self.rank))
        return (input_shape[0], *spatial, input_shape[-1])

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        attributes = {"kind": self.kind, **self.window.pool_attributes(value.shape[:-1])}
        return [builder.add(self, "pool", value, attributes=attributes)]

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "pool_size": self.window.size,
            "strides": self.window.strides,
            "padding": self.window.padding,
            "data_format": "channels_last",
        }


class MaxPooling1D(Pooling):
    """The maximum of windows of signals, by channel.

    Input (rows, steps, channels), output of the same form. Padding does not count.

    Args:
        pool_size: the size of the window: an integer. Defaults to 2.
        strides: how far it moves from output to output. Defaults to None, `pool_size`.
        padding: `"valid"`, the default: windows lie inside; `"same"`: an output for every step of `strides`.
        data_format: must be None or `"channels_last"`.
        name: see `Layer`.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for sizes that are not positive; when built, for a window larger than the input.

    >>> import numpy as np
    >>> MaxPooling1D(2)(np.arange(4.0).reshape(1, 4, 1)).ravel().tolist()
    [1.0, 3.0]
    """

    rank = 1
    kind = "max"

    def __init__(
        self,
        pool_size: Any = 2,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)


class MaxPooling2D(Pooling):
    """The maximum of windows of pictures, by channel.

    Input (rows, height, width, channels), output of the same form. Padding does not count.

    Args:
        pool_size: the size of the window: an integer or two. Defaults to 2.
        strides: how far it moves from output to output. Defaults to None, `pool_size`.
        padding: `"valid"`, the default: windows lie inside; `"same"`: an output for every step of `strides`.
        data_format: must be None or `"channels_last"`.
        name: see `Layer`.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for sizes that are not positive; when built, for a window larger than the input.

    >>> import numpy as np
    >>> MaxPooling2D(2)(np.arange(16.0).reshape(1, 4, 4, 1)).ravel().tolist()
    [5.0, 7.0, 13.0, 15.0]
    """

    rank = 2
    kind = "max"

    def __init__(
        self,
        pool_size: Any = (2, 2),
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)


class MaxPooling3D(Pooling):
    """The maximum of windows of volumes, by channel.

    Input (rows, depth, height, width, channels), output of the same form. Padding does not count.

    Args:
        pool_size: the size of the window: an integer or three. Defaults to 2.
        strides: how far it moves from output to output. Defaults to None, `pool_size`.
        padding: `"valid"`, the default: windows lie inside; `"same"`: an output for every step of `strides`.
        data_format: must be None or `"channels_last"`.
        name: see `Layer`.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for sizes that are not positive; when built, for a window larger than the input.

    >>> import numpy as np
    >>> MaxPooling3D(2)(np.ones((1, 4, 4, 4, 1))).shape
    (1, 2, 2, 2, 1)
    """

    rank = 3
    kind = "max"

    def __init__(
        self,
        pool_size: Any = (2, 2, 2),
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)


class AveragePooling1D(Pooling):
    """The mean of windows of signals, by channel.

    Input (rows, steps, channels), output of the same form. Padding does not count.

    Args:
        pool_size: the size of the window: an integer.
        strides: how far it moves from output to output. Defaults to None, `pool_size`.
        padding: `"valid"`, the default: windows lie inside; `"same"`: an output for every step of `strides`.
        data_format: must be None or `"channels_last"`.
        name: see `Layer`.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for sizes that are not positive; when built, for a window larger than the input.

    >>> import numpy as np
    >>> AveragePooling1D(2)(np.arange(4.0).reshape(1, 4, 1)).ravel().tolist()
    [0.5, 2.5]
    """

    rank = 1
    kind = "mean"

    def __init__(
        self,
        pool_size: Any,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)


class AveragePooling2D(Pooling):
    """The mean of windows of pictures, by channel.

    Input (rows, height, width, channels), output of the same form. Padding does not count.

    Args:
        pool_size: the size of the window: an integer or two.
        strides: how far it moves from output to output. Defaults to None, `pool_size`.
        padding: `"valid"`, the default: windows lie inside; `"same"`: an output for every step of `strides`.
        data_format: must be None or `"channels_last"`.
        name: see `Layer`.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for sizes that are not positive; when built, for a window larger than the input.

    >>> import numpy as np
    >>> AveragePooling2D(2)(np.arange(16.0).reshape(1, 4, 4, 1)).ravel().tolist()
    [2.5, 4.5, 10.5, 12.5]
    """

    rank = 2
    kind = "mean"

    def __init__(
        self,
        pool_size: Any,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)


class AveragePooling3D(Pooling):
    """The mean of windows of volumes, by channel.

    Input (rows, depth, height, width, channels), output of the same form. Padding does not count.

    Args:
        pool_size: the size of the window: an integer or three.
        strides: how far it moves from output to output. Defaults to None, `pool_size`.
        padding: `"valid"`, the default: windows lie inside; `"same"`: an output for every step of `strides`.
        data_format: must be None or `"channels_last"`.
        name: see `Layer`.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for sizes that are not positive; when built, for a window larger than the input.

    >>> import numpy as np
    >>> AveragePooling3D(2)(np.ones((1, 4, 4, 4, 1))).shape
    (1, 2, 2, 2, 1)
    """

    rank = 3
    kind = "mean"

    def __init__(
        self,
        pool_size: Any,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)


# Keras's second names.
AvgPool1D = AveragePooling1D
AvgPool2D = AveragePooling2D
AvgPool3D = AveragePooling3D
MaxPool1D = MaxPooling1D
MaxPool2D = MaxPooling2D
MaxPool3D = MaxPooling3D
