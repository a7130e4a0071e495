"""Pooling over all positions."""

from __future__ import annotations

from typing import Any, ClassVar

from lamella.base.checks import flag
from lamella.base.types import Config, Shape
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import Layer, owner_of
from lamella.graph.value import Value
from lamella.layers.window import channels_last, spatial_shape


class GlobalPooling(Layer):
    """Base class of global maximum and average pooling."""

    rank: ClassVar[int]
    kind: ClassVar[str]

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        channels_last(self, data_format)
        self.keepdims = flag(owner_of(self), "keepdims", keepdims)

    def build(self, input_shape: Shape) -> None:
        self.compute_output_shape(input_shape)
        super().build(input_shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        spatial_shape(self, input_shape, self.rank)
        kept = (1,) * self.rank if self.keepdims else ()
        return (input_shape[0], *kept, input_shape[-1])

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        *spatial, channels = value.shape
        attributes = {"kind": self.kind, "taps": spatial, "strides": [1] * self.rank}
        value = builder.add(self, "pool", value, attributes=attributes)
        if self.keepdims:
            return [value]
        return [builder.add(self, "reshape", value, attributes={"shape": [channels]})]

    def get_config(self) -> Config:
        return {**super().get_config(), "data_format": "channels_last", "keepdims": self.keepdims}


class GlobalAveragePooling1D(GlobalPooling):
    """The mean of signals over all their positions, by channel.

    Input (rows, steps, channels), output (rows, channels).

    Args:
        data_format: must be None or `"channels_last"`.
        keepdims: whether the spatial axes stay, with length 1. Defaults to False.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for another data format; when built, for inputs of another rank.

    >>> import numpy as np
    >>> GlobalAveragePooling1D()(np.arange(8.0).reshape(1, 4, 2)).tolist()
    [[3.0, 4.0]]
    """

    rank = 1
    kind = "mean"


class GlobalAveragePooling2D(GlobalPooling):
    """The mean of pictures over all their positions, by channel.

    Input (rows, height, width, channels), output (rows, channels).

    Args:
        data_format: must be None or `"channels_last"`.
        keepdims: whether the spatial axes stay, with length 1. Defaults to False.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for another data format; when built, for inputs of another rank.

    >>> import numpy as np
    >>> GlobalAveragePooling2D()(np.arange(8.0).reshape(1, 2, 2, 2)).tolist()
    [[3.0, 4.0]]
    """

    rank = 2
    kind = "mean"


class GlobalAveragePooling3D(GlobalPooling):
    """The mean of volumes over all their positions, by channel.

    Input (rows, depth, height, width, channels), output (rows, channels).

    Args:
        data_format: must be None or `"channels_last"`.
        keepdims: whether the spatial axes stay, with length 1. Defaults to False.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for another data format; when built, for inputs of another rank.

    >>> import numpy as np
    >>> GlobalAveragePooling3D()(np.arange(8.0).reshape(1, 2, 2, 1, 2)).tolist()
    [[3.0, 4.0]]
    """

    rank = 3
    kind = "mean"


class GlobalMaxPooling1D(GlobalPooling):
    """The maximum of signals over all their positions, by channel.

    Input (rows, steps, channels), output (rows, channels).

    Args:
        data_format: must be None or `"channels_last"`.
        keepdims: whether the spatial axes stay, with length 1. Defaults to False.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for another data format; when built, for inputs of another rank.

    >>> import numpy as np
    >>> GlobalMaxPooling1D()(np.arange(8.0).reshape(1, 4, 2)).tolist()
    [[6.0, 7.0]]
    """

    rank = 1
    kind = "max"


class GlobalMaxPooling2D(GlobalPooling):
    """The maximum of pictures over all their positions, by channel.

    Input (rows, height, width, channels), output (rows, channels).

    Args:
        data_format: must be None or `"channels_last"`.
        keepdims: whether the spatial axes stay, with length 1. Defaults to False.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for another data format; when built, for inputs of another rank.

    >>> import numpy as np
    >>> GlobalMaxPooling2D()(np.arange(8.0).reshape(1, 2, 2, 2)).tolist()
    [[6.0, 7.0]]
    """

    rank = 2
    kind = "max"


class GlobalMaxPooling3D(GlobalPooling):
    """The maximum of volumes over all their positions, by channel.

    Input (rows, depth, height, width, channels), output (rows, channels).

    Args:
        data_format: must be None or `"channels_last"`.
        keepdims: whether the spatial axes stay, with length 1. Defaults to False.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for another data format; when built, for inputs of another rank.

    >>> import numpy as np
    >>> GlobalMaxPooling3D()(np.arange(8.0).reshape(1, 2, 2, 1, 2)).tolist()
    [[6.0, 7.0]]
    """

    rank = 3
    kind = "max"


# Keras's second names.
GlobalAvgPool1D = GlobalAveragePooling1D
GlobalAvgPool2D = GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
GlobalMaxPool1D = GlobalMaxPooling1D
GlobalMaxPool2D = GlobalMaxPooling2D
GlobalMaxPool3D = GlobalMaxPooling3D
