"""What Keras has under `ops.image`: changes to pictures, (rows, height, width, channels) or a single one."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella import layers
from lamella.base.checks import choice, integer
from lamella.base.public_names import publish
from lamella.base.types import Array
from lamella.data.pictures import height_and_width
from lamella.ops.conversion import array, floats
from lamella.ops.convolution import conv, depthwise_conv
from lamella.ops.definition import operation

__all__ = [
    "crop_images",
    "extract_patches",
    "gaussian_blur",
    "hsv_to_rgb",
    "pad_images",
    "resize",
    "rgb_to_grayscale",
    "rgb_to_hsv",
]

publish(__name__, __all__)

_GRAY = (0.2989, 0.5870, 0.1140)  # what the eye sees of red, green and blue (ITU-R BT.601)


def _pictures(images: Any, data_format: str | None, channels: tuple[int, ...] = ()) -> Array:
    """The array of pictures, with as many channels."""
    choice("images", "data_format", data_format, (None, "channels_last"))
    values = array(images)
    if values.ndim not in (3, 4) or (channels and values.shape[-1] not in channels):
        number = f"{' or '.join(map(str, channels))} channels" if channels else "channels last"
        raise ValueError(f"'images' must have three or four axes, {number}. Received: shape {values.shape}")
    return values


@operation
def resize(
    images: Any,
    size: Any,
    interpolation: str = "bilinear",
    antialias: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    fill_mode: str = "constant",
    fill_value: float = 0.0,
    data_format: str | None = None,
) -> Array:
    """Pictures of another size; see `lamella.layers.Resizing` for the arguments.

    >>> resize(np.ones((1, 4, 4, 3)), (2, 2)).shape
    (1, 2, 2, 3)
    """
    pictures = _pictures(images, data_format)
    height, width = height_and_width("resize", "size", size)
    layer = layers.Resizing(
        height,
        width,
        interpolation,
        crop_to_aspect_ratio,
        pad_to_aspect_ratio,
        fill_mode,
        fill_value,
        antialias,
        dtype="float64" if pictures.dtype == "float64" else None,
        name="operation",
    )
    return layer(pictures)


@operation
def rgb_to_grayscale(images: Any, data_format: str | None = None) -> Array:
    """Colours as shades of gray, with one channel.

    >>> rgb_to_grayscale([[[1.0, 1.0, 1.0]]]).round(2).tolist()
    [[[1.0]]]
    """
    pictures = _pictures(images, data_format, (1, 3))
    if pictures.shape[-1] == 1:
        return pictures.copy()
    shades = floats(pictures) @ np.array(_GRAY, floats(pictures).dtype)
    return shades[..., None].astype(pictures.dtype)


@operation
def rgb_to_hsv(images: Any, data_format: str | None = None) -> Array:
    """Colours as hue, saturation and value, all from 0 to 1.

    >>> rgb_to_hsv([[[0.0, 0.5, 0.0]]]).round(2).tolist()
    [[[0.33000001311302185, 1.0, 0.5]]]
    """
    pictures = floats(_pictures(images, data_format, (3,)))
    red, green, blue = np.moveaxis(pictures, -1, 0)
    value = pictures.max(axis=-1)
    spread = value - pictures.min(axis=-1)
    step = 1 / (6 * np.where(spread > 0, spread, 1))
    hue = np.select(
        [spread <= 0, value == red, value == green],
        [0 * value, step * (green - blue), step * (blue - red) + 2 / 6],
        step * (red - green) + 4 / 6,
    )
    saturation = np.where(value > 0, spread / np.where(value > 0, value, 1), 0)
    return np.stack([hue + (hue < 0), saturation, value], axis=-1).astype(pictures.dtype)


@operation
def hsv_to_rgb(images: Any, data_format: str | None = None) -> Array:
    """The inverse of `rgb_to_hsv`.

    >>> hsv_to_rgb([[[0.0, 1.0, 0.5]]]).tolist()
    [[[0.5, 0.0, 0.0]]]
    """
    pictures = floats(_pictures(images, data_format, (3,)))
    hue, saturation, value = (pictures[..., channel, None] for channel in range(3))
    turn = np.mod(hue, 1) * 6
    pure = np.concatenate([np.abs(turn - 3) - 1, 2 - np.abs(turn - 2), 2 - np.abs(turn - 4)], axis=-1)
    return (value * (1 - saturation + saturation * np.clip(pure, 0, 1))).astype(pictures.dtype)


@operation
def pad_images(
    images: Any,
    top_padding: int | None = None,
    left_padding: int | None = None,
    bottom_padding: int | None = None,
    right_padding: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> Array:
    """Pictures with margins of zeros; of each axis two of both margins and the new length are given.

    >>> pad_images(np.ones((1, 1, 1)), 1, 0, target_height=3, target_width=1)[..., 0].tolist()
    [[0.0], [1.0], [0.0]]
    """
    pictures = _pictures(images, data_format)
    height, width = pictures.shape[-3:-1]
    rows = _both("top_padding", top_padding, bottom_padding, target_height, height, 1)
    columns = _both("left_padding", left_padding, right_padding, target_width, width, 1)
    return np.pad(pictures, [(0, 0)] * (pictures.ndim - 3) + [rows, columns, (0, 0)])


@operation
def crop_images(
    images: Any,
    top_cropping: int | None = None,
    left_cropping: int | None = None,
    bottom_cropping: int | None = None,
    right_cropping: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> Array:
    """Parts of pictures; of each axis two of both margins and the new length are given.

    >>> crop_images(np.arange(3.0).reshape(3, 1, 1), 1, 0, target_height=1, target_width=1).tolist()
    [[[1.0]]]
    """
    pictures = _pictures(images, data_format)
    height, width = pictures.shape[-3:-1]
    top, bottom = _both("top_cropping", top_cropping, bottom_cropping, target_height, height, -1)
    left, right = _both("left_cropping", left_cropping, right_cropping, target_width, width, -1)
    return pictures[..., top : height - bottom, left : width - right, :].copy()


def _both(name: str, first: Any, last: Any, target: Any, length: int, sign: int) -> tuple[int, int]:
    """Both margins of an axis, one of which may follow from the new length; `sign` is -1 to cut them off."""
    if [first, last, target].count(None) != 1:
        raise ValueError(f"of '{name}', the margin on the other side and the new length two must be given")
    margins = None if target is None else sign * (target - length)
    first = margins - last if first is None else first
    last = margins - first if last is None else last
    if first < 0 or last < 0 or (sign < 0 and first + last > length):
        raise ValueError(f"'{name}' and the margin on the other side do not fit {length}: {first} and {last}")
    return int(first), int(last)


@operation
def extract_patches(
    images: Any,
    size: Any,
    strides: Any = None,
    dilation_rate: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Array:
    """The windows of pictures, their pixels along the axis of the channels.

    Args:
        images: shape (rows, height, width, channels), or a single picture.
        size: (height, width) of the windows, or one number.
        strides: how far they move; their size by default.
        dilation_rate: the distance of their pixels.
        padding: `"valid"` (the default) or `"same"`.
        data_format: must be None or `"channels_last"`.

    Returns:
        Shape (rows, windows down, windows across, pixels * channels).

    >>> extract_patches(np.arange(4.0).reshape(1, 2, 2, 1), 2).ravel().tolist()
    [0.0, 1.0, 2.0, 3.0]
    """
    pictures = _pictures(images, data_format)
    height, width = (
        (size, size) if isinstance(size, int) else height_and_width("extract_patches", "size", size)
    )
    pixels = integer("extract_patches", "size", height, 1) * width * pictures.shape[-1]
    kernel = np.eye(pixels, dtype=floats(pictures).dtype).reshape(height, width, pictures.shape[-1], pixels)
    rows = pictures if pictures.ndim == 4 else pictures[None]
    patches = conv(
        rows, kernel, (height, width) if strides is None else strides, padding, None, dilation_rate
    )
    return patches if pictures.ndim == 4 else patches[0]


@operation
def gaussian_blur(
    images: Any, kernel_size: Any = (3, 3), sigma: Any = (1.0, 1.0), data_format: str | None = None
) -> Array:
    """Pictures out of focus: each pixel the mean of those around it, with the weights of a bell.

    Args:
        images: shape (rows, height, width, channels), or a single picture.
        kernel_size: (width, height) of what is looked at, in Keras's order.
        sigma: the deviations of the bell along these, in pixels.
        data_format: must be None or `"channels_last"`.

    >>> gaussian_blur(np.ones((3, 3, 1))).round(2)[1, 1].tolist()
    [1.0]
    """
    pictures = _pictures(images, data_format)
    rows = floats(pictures if pictures.ndim == 4 else pictures[None])
    sizes = height_and_width("gaussian_blur", "kernel_size", kernel_size)
    bells = [_bell(size, deviation) for size, deviation in zip(sizes, sigma, strict=True)]
    kernel = np.repeat(np.outer(bells[1], bells[0])[..., None, None], rows.shape[-1], axis=2)
    blurred = depthwise_conv(rows, kernel.astype(rows.dtype), padding="same").astype(pictures.dtype)
    return blurred if pictures.ndim == 4 else blurred[0]


def _bell(size: int, deviation: float) -> Array:
    weights = np.exp(-0.5 * ((np.arange(size) - (size - 1) / 2) / deviation) ** 2)
    return np.asarray(weights / weights.sum())
