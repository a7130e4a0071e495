"""Dropout of whole channels."""

from __future__ import annotations

from typing import Any, ClassVar

from lamella.base.types import Config, Shape
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import Layer
from lamella.graph.value import Value
from lamella.layers.regularization.dropout import native_seed, require_rate, require_seed
from lamella.layers.window import channels_last, spatial_shape


class SpatialDropout(Layer):
    """Base class of `SpatialDropout1D`, `SpatialDropout2D` and `SpatialDropout3D`: see there."""

    rank: ClassVar[int]

    def __init__(self, rate: float, seed: int | None, name: str | None, dtype: Any, **kwargs: Any) -> None:
        super().__init__(name=name, dtype=dtype, **kwargs)
        self.rate = require_rate(self, rate)
        self.seed = require_seed(self, seed)

    def build(self, input_shape: Shape) -> None:
        self.compute_output_shape(input_shape)
        super().build(input_shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        spatial_shape(self, input_shape, self.rank)
        return tuple(input_shape)

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        if self.rate == 0.0:
            return [value]
        attributes = {"rate": self.rate, "seed": native_seed(self.seed)}
        return [builder.add(self, "spatial_dropout", value, attributes=attributes)]

    def get_config(self) -> Config:
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}


class SpatialDropout1D(SpatialDropout):
    """In training, sets a share of the channels of each row of signals to zero and scales the others.

    Neighbouring positions are so alike that `Dropout` hides little; Tompson et al., arXiv 1411.4280. Input
    (rows, steps, channels), output alike. At inference it does nothing.

    Args:
        rate: the share, in [0, 1].
        seed: an integer, or None to follow the model's seed.
        name, dtype: see `Layer`.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for a rate outside [0, 1]; when built, for inputs of another rank.

    >>> import numpy as np
    >>> SpatialDropout1D(0.5)(np.ones((1, 2, 1))).ravel().tolist()
    [1.0, 1.0]
    """

    rank = 1

    def __init__(
        self,
        rate: float,
        seed: int | None = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(rate, seed, name, dtype, **kwargs)


class SpatialDropout2D(SpatialDropout):
    """In training, sets a share of the channels of each row of pictures to zero and scales the others.

    Neighbouring positions are so alike that `Dropout` hides little; Tompson et al., arXiv 1411.4280. Input
    (rows, height, width, channels), output alike. At inference it does nothing.

    Args:
        rate: the share, in [0, 1].
        data_format: must be None or `"channels_last"`.
        seed: an integer, or None to follow the model's seed.
        name, dtype: see `Layer`.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for a rate outside [0, 1]; when built, for inputs of another rank.

    >>> import numpy as np
    >>> SpatialDropout2D(0.5)(np.ones((1, 1, 2, 1))).ravel().tolist()
    [1.0, 1.0]
    """

    rank = 2

    def __init__(
        self,
        rate: float,
        data_format: str | None = None,
        seed: int | None = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(rate, seed, name, dtype, **kwargs)
        channels_last(self, data_format)

    def get_config(self) -> Config:
        return {**super().get_config(), "data_format": "channels_last"}


class SpatialDropout3D(SpatialDropout):
    """In training, sets a share of the channels of each row of volumes to zero and scales the others.

    Neighbouring positions are so alike that `Dropout` hides little; Tompson et al., arXiv 1411.4280. Input
    (rows, depth, height, width, channels), output alike. At inference it does nothing.

    Args:
        rate: the share, in [0, 1].
        data_format: must be None or `"channels_last"`.
        seed: an integer, or None to follow the model's seed.
        name, dtype: see `Layer`.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for a rate outside [0, 1]; when built, for inputs of another rank.

    >>> import numpy as np
    >>> SpatialDropout3D(0.5)(np.ones((1, 1, 1, 2, 1))).ravel().tolist()
    [1.0, 1.0]
    """

    rank = 3

    def __init__(
        self,
        rate: float,
        data_format: str | None = None,
        seed: int | None = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(rate, seed, name, dtype, **kwargs)
        channels_last(self, data_format)

    def get_config(self) -> Config:
        return {**super().get_config(), "data_format": "channels_last"}
