"""Pictures in files, as Pillow's images, and as arrays."""

from __future__ import annotations

import io
import os
import warnings
from typing import Any

import numpy as np

from lamella.base import checks, config
from lamella.base.optional import require
from lamella.base.types import Array

_MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
_GRAY = ("L", "I;16", "I")  # kept as they are: more than 8 bits are not cut off
_INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")
_FORMATS = ("channels_last", "channels_first")


def _pillow() -> Any:
    return require("PIL.Image", "image")


def load_img(
    path: Any,
    color_mode: str = "rgb",
    target_size: Any = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
) -> Any:
    """Read a picture from a file.

    Args:
        path: the path, or a binary file that is open.
        color_mode: `"rgb"` (the default), `"rgba"` or `"grayscale"`.
        target_size: (height, width), to which it is resized; None, the default, leaves it as it is.
        interpolation: how it is resized: `"nearest"` (the default), `"bilinear"`, `"bicubic"`, `"hamming"`,
            `"box"` or `"lanczos"`.
        keep_aspect_ratio: whether the middle with the proportions of `target_size` is cut out first. Defaults
            to False.

    Returns:
        An image of Pillow's; `img_to_array` makes an array of it.

    Raises:
        ImportError: without Pillow.
        ValueError: for what is no picture, and for arguments that make no sense.

    >>> import io
    >>> file = io.BytesIO()
    >>> save_img(file, np.zeros((2, 3, 3)), file_format="png")
    >>> load_img(file, target_size=(4, 4)).size
    (4, 4)
    """
    owner = "load_img"
    mode = _MODES[checks.choice(owner, "color_mode", color_mode, _MODES)]
    checks.choice(owner, "interpolation", interpolation, _INTERPOLATIONS)
    keep = checks.flag(owner, "keep_aspect_ratio", keep_aspect_ratio)
    size = None if target_size is None else height_and_width(owner, "target_size", target_size)
    picture = _opened(path)
    if picture.mode != mode and not (color_mode == "grayscale" and picture.mode in _GRAY):
        picture = picture.convert(mode)
    if size is None or picture.size == size[::-1]:
        return picture
    resampling = getattr(_pillow().Resampling, interpolation.upper())
    return picture.resize(size[::-1], resampling, box=_middle(picture.size, size) if keep else None)


def _opened(path: Any) -> Any:
    if hasattr(path, "read"):
        name, content = "the file", path
    else:
        name = repr(checks.path("load_img", "path", path))
        with open(path, "rb") as file:
            content = io.BytesIO(file.read())
    try:
        picture = _pillow().open(content)
        picture.load()
    except (OSError, SyntaxError, ValueError) as error:
        raise ValueError(f"load_img: {name} holds no picture that Pillow reads: {error}") from None
    return picture


def height_and_width(owner: str, argument: str, value: Any) -> tuple[int, int]:
    """A size of pictures, in pixels.

    >>> height_and_width("load_img", "target_size", [2, 3])
    (2, 3)
    """
    entries = checks.entries_of(value)
    if entries is None or len(entries) != 2:
        raise checks.refusal(owner, argument, "(height, width)", value)
    height, width = (checks.integer(owner, argument, entry, least=1) for entry in entries)
    return height, width


def _middle(size: tuple[int, int], target: tuple[int, int]) -> tuple[int, int, int, int]:
    """The box (left, top, right, bottom) of the largest middle part with the proportions of the target."""
    width, height = size
    part_height = min(height, width * target[0] // target[1])
    part_width = min(width, height * target[1] // target[0])
    left, top = (width - part_width) // 2, (height - part_height) // 2
    return left, top, left + part_width, top + part_height


def img_to_array(img: Any, data_format: str | None = None, dtype: Any = None) -> Array:
    """The numbers of an image.

    Args:
        img: an image of Pillow's, or an array of shape (height, width) or (height, width, channels).
        data_format: where the channels go, `"channels_last"` (the default) or `"channels_first"`.
        dtype: type of the result; `config.floatx()` by default.

    Returns:
        An array of shape (height, width, channels), or (channels, height, width).

    Raises:
        ValueError: for what is no image.

    >>> img_to_array(array_to_img(np.zeros((2, 3, 1)))).shape
    (2, 3, 1)
    """
    first = _channels_first("img_to_array", data_format)
    array = np.asarray(img)
    if array.ndim not in (2, 3) or array.dtype.kind not in "biuf":
        raise checks.refusal("img_to_array", "img", "an image of two or three axes", img)
    pixels = np.atleast_3d(array).astype(_type("img_to_array", dtype))
    return pixels.transpose(2, 0, 1) if first else pixels


def array_to_img(x: Any, data_format: str | None = None, scale: bool = True, dtype: Any = None) -> Any:
    """The image of an array.

    Args:
        x: shape (height, width, channels) with 1, 3 or 4 channels.
        data_format: where the channels are, `"channels_last"` (the default) or `"channels_first"`.
        scale: whether the smallest number becomes 0 and the largest 255. Defaults to True.
        dtype: what it is computed in; `config.floatx()` by default.

    Returns:
        An image of Pillow's, in shades of gray, in colours, or in colours with transparency.

    Raises:
        ImportError: without Pillow.
        ValueError: for another shape.

    >>> array_to_img(np.zeros((2, 3, 3))).mode
    'RGB'
    """
    owner = "array_to_img"
    first, scaled = _channels_first(owner, data_format), checks.flag(owner, "scale", scale)
    try:
        pixels = np.asarray(x, _type(owner, dtype))
    except (TypeError, ValueError):
        raise checks.refusal(owner, "x", "an array of numbers", x) from None
    if first and pixels.ndim == 3:
        pixels = pixels.transpose(1, 2, 0)
    if pixels.ndim != 3 or pixels.shape[2] not in (1, 3, 4) or not pixels.size:
        raise ValueError(
            f"{owner}: 'x' must be one picture, of shape (height, width, channels) with 1, 3 or 4 channels. "
            f"Received: shape {np.shape(x)}"
        )
    pixels = _scaled(pixels) if scaled else pixels
    if pixels.shape[2] > 1:
        return _pillow().fromarray(pixels.astype("uint8"))
    return _pillow().fromarray(pixels[..., 0].astype("int32" if pixels.max() > 255 else "uint8"))


def _scaled(pixels: Array) -> Array:
    pixels = pixels - pixels.min()
    largest = pixels.max()
    return np.asarray(pixels / largest if largest != 0 else pixels) * 255


def save_img(
    path: Any,
    x: Any,
    data_format: str | None = None,
    file_format: str | None = None,
    scale: bool = True,
    **kwargs: Any,
) -> None:
    """Write an array to a picture file.

    Args:
        path: the path, or a binary file that is open.
        x: see `array_to_img`.
        data_format: see `array_to_img`.
        file_format: such as `"png"`; by default as the name of the file ends.
        scale: see `array_to_img`.
        **kwargs: passed to Pillow.

    Raises:
        ImportError: without Pillow.
        ValueError: for another shape, or a format that is not known.

    >>> import io
    >>> file = io.BytesIO()
    >>> save_img(file, np.zeros((2, 3, 3)), file_format="png")
    >>> file.getvalue()[1:4]
    b'PNG'
    """
    opened = hasattr(path, "write")
    target = path if opened else checks.path("save_img", "path", path)
    named = os.path.splitext("" if opened else target)[1][1:] if file_format is None else file_format
    if not isinstance(named, str) or not named:
        raise checks.refusal("save_img", "file_format", "the name of a format, such as 'png'", file_format)
    kind = "jpeg" if named.lower() == "jpg" else named.lower()
    picture = array_to_img(x, data_format, scale)
    if picture.mode == "RGBA" and kind == "jpeg":
        warnings.warn("JPEG files hold no transparency: it is left out", stacklevel=2)
        picture = picture.convert("RGB")
    try:
        picture.save(target, format=kind, **kwargs)
    except KeyError:
        raise checks.refusal("save_img", "file_format", "a format that Pillow writes", named) from None


def _channels_first(owner: str, data_format: str | None) -> bool:
    return bool(checks.choice(owner, "data_format", data_format, (None, *_FORMATS)) == "channels_first")


def _type(owner: str, dtype: Any) -> np.dtype[Any]:
    return np.dtype(config.floatx()) if dtype is None else checks.dtype(owner, "dtype", dtype)
