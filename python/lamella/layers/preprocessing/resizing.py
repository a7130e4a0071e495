"""Pictures of another size."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella.base.checks import choice, flag, number
from lamella.base.results import ArrayResult, answer
from lamella.base.types import Config, Shape
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import Layer, owner_of
from lamella.graph.value import Value
from lamella.layers.interpolation import interpolation_terms, known_interpolation
from lamella.layers.preprocessing.picture_layer import PictureLayer
from lamella.layers.window import channels_last, size


def middle_part(height: int, width: int, target: tuple[int, int]) -> tuple[int, int]:
    """The largest part of a picture with the proportions of the target."""
    part_height = int(width * target[0] / target[1])
    part_width = int(height * target[1] / target[0])
    return max(min(height, part_height), 1), max(min(width, part_width), 1)


def _crop(layer: Layer, builder: ProgramBuilder, value: Value, size: tuple[int, int]) -> Value:
    """The middle of pictures."""
    for axis, kept in enumerate(size):
        value = builder.crop(layer, value, axis, (value.shape[axis] - kept) // 2, kept)
    return value


def _resize(
    layer: Layer,
    builder: ProgramBuilder,
    value: Value,
    size: tuple[int, int],
    interpolation: str = "bilinear",
    antialias: bool = False,
) -> Value:
    for axis, wanted in enumerate(size):
        length = value.shape[axis]
        if length != wanted:
            terms = interpolation_terms(interpolation, length, wanted, antialias)
            value = builder.map_axis(layer, value, axis, terms)
    return value


class Resizing(PictureLayer):
    """Makes pictures larger or smaller.

    Input (rows, height, width, channels), output (rows, `height`, `width`, channels). Called with integers it
    rounds to such again.

    Args:
        height, width: pixels of the output.
        interpolation: `"bilinear"` (the default), `"nearest"`, `"bicubic"`, `"lanczos3"` or `"lanczos5"`.
        crop_to_aspect_ratio: whether pictures of other proportions are cut first. Defaults to False: they are
            stretched.
        pad_to_aspect_ratio: whether pictures of other proportions get margins first. Defaults to False.
        fill_mode: of the margins; must be `"constant"`.
        fill_value: of the margins. Defaults to 0.
        antialias: whether the interpolation covers more pixels where the picture becomes smaller. Defaults
            to False.
        data_format: must be None or `"channels_last"`.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for sizes that are not positive, an interpolation that is not known, or both ways of
            keeping the proportions.

    >>> import numpy as np
    >>> Resizing(2, 2)(np.arange(16.0).reshape(1, 4, 4, 1)).ravel().tolist()
    [2.5, 4.5, 10.5, 12.5]
    """

    def __init__(
        self,
        height: int,
        width: int,
        interpolation: str = "bilinear",
        crop_to_aspect_ratio: bool = False,
        pad_to_aspect_ratio: bool = False,
        fill_mode: str = "constant",
        fill_value: float = 0.0,
        antialias: bool = False,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        channels_last(self, data_format)
        self.fill_mode: str = choice(owner_of(self), "fill_mode", fill_mode, ("constant",))
        self.height = size(self, "height", height)
        self.width = size(self, "width", width)
        self.interpolation = known_interpolation(self, interpolation)
        owner = owner_of(self)
        self.crop_to_aspect_ratio = flag(owner, "crop_to_aspect_ratio", crop_to_aspect_ratio)
        self.pad_to_aspect_ratio = flag(owner, "pad_to_aspect_ratio", pad_to_aspect_ratio)
        if self.crop_to_aspect_ratio and self.pad_to_aspect_ratio:
            raise ValueError(
                f"{owner}: only one of 'crop_to_aspect_ratio' and 'pad_to_aspect_ratio' can be True"
            )
        self.fill_value = number(owner, "fill_value", fill_value)
        self.antialias = flag(owner, "antialias", antialias)

    def __call__(self, inputs: Any, training: bool | None = None) -> ArrayResult:
        """The outputs for pictures (rows, height, width, channels), or for one (height, width, channels)."""
        resized = super().__call__(inputs, training)
        dtype = getattr(inputs, "dtype", None)
        if not isinstance(dtype, np.dtype) or dtype.kind not in "iu":
            return resized
        limits = np.iinfo(dtype)
        return answer(np.clip(np.rint(resized), limits.min, limits.max).astype(dtype))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        rows, _, _, channels = super().compute_output_shape(input_shape)
        return (rows, self.height, self.width, channels)

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        size = (self.height, self.width)
        height, width, _ = value.shape
        if self.crop_to_aspect_ratio:
            value = _crop(self, builder, value, middle_part(height, width, size))
        if self.pad_to_aspect_ratio:
            value = self._pad(builder, value, size)
        return [_resize(self, builder, value, size, self.interpolation, self.antialias)]

    def _pad(self, builder: ProgramBuilder, value: Value, size: tuple[int, int]) -> Value:
        """Margins that give a picture the proportions of `size`: zeros around the difference to the fill."""
        height, width, _ = value.shape
        wanted = (max(height, width * size[0] // size[1]), max(width, height * size[1] // size[0]))
        if wanted == (height, width):
            return value
        offset = {"scale": 1.0, "offset": -self.fill_value}
        value = builder.add(self, "rescaling", value, attributes=offset)
        for axis, (length, padded) in enumerate(zip((height, width), wanted, strict=True)):
            before = (padded - length) // 2
            value = builder.pad(self, value, axis, before, padded - length - before)
        offset = {"scale": 1.0, "offset": self.fill_value}
        return builder.add(self, "rescaling", value, attributes=offset)

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "height": self.height,
            "width": self.width,
            "interpolation": self.interpolation,
            "crop_to_aspect_ratio": self.crop_to_aspect_ratio,
            "pad_to_aspect_ratio": self.pad_to_aspect_ratio,
            "fill_mode": self.fill_mode,
            "fill_value": self.fill_value,
            "antialias": self.antialias,
            "data_format": "channels_last",
        }


class CenterCrop(PictureLayer):
    """The middle of pictures; smaller pictures are cut to its proportions and made larger.

    Input (rows, height, width, channels), output (rows, `height`, `width`, channels).

    Args:
        height, width: pixels of the output.
        data_format: must be None or `"channels_last"`.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for sizes that are not positive; when built, for inputs that are not pictures.

    >>> import numpy as np
    >>> CenterCrop(1, 2)(np.arange(12.0).reshape(1, 3, 4, 1)).ravel().tolist()
    [5.0, 6.0]
    """

    def __init__(self, height: int, width: int, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        channels_last(self, data_format)
        self.height = size(self, "height", height)
        self.width = size(self, "width", width)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        rows, _, _, channels = super().compute_output_shape(input_shape)
        return (rows, self.height, self.width, channels)

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        size = (self.height, self.width)
        height, width, _ = value.shape
        if height >= self.height and width >= self.width:
            return [_crop(self, builder, value, size)]
        return [_resize(self, builder, _crop(self, builder, value, middle_part(height, width, size)), size)]

    def get_config(self) -> Config:
        config = {"height": self.height, "width": self.width, "data_format": "channels_last"}
        return {**super().get_config(), **config}
