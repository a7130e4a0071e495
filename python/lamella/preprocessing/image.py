"""Pictures, under Keras's older name."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella.base import checks
from lamella.base.public_names import publish
from lamella.base.types import Array
from lamella.data.pictures import array_to_img, height_and_width, img_to_array, load_img, save_img
from lamella.layers.preprocessing.resizing import Resizing

__all__ = ["array_to_img", "img_to_array", "load_img", "save_img", "smart_resize"]

publish(__name__, __all__)


def smart_resize(
    x: Any, size: Any, interpolation: str = "bilinear", data_format: str = "channels_last", **kwargs: Any
) -> Array:
    """Resize pictures without stretching them: the middle with the new proportions is cut out first.

    Args:
        x: shape (height, width, channels), or (rows, height, width, channels).
        size: (height, width) of the result.
        interpolation: `"bilinear"` (the default), `"nearest"`, `"bicubic"`, `"lanczos3"` or `"lanczos5"`.
        data_format: where the channels are, `"channels_last"` (the default) or `"channels_first"`.

    Returns:
        An array of the same form. Whole numbers stay whole.

    Raises:
        ValueError: for what is no picture.

    >>> smart_resize(np.ones((6, 4, 3)), (2, 2)).shape
    (2, 2, 3)
    """
    if kwargs:
        raise TypeError(f"smart_resize: unknown arguments: {', '.join(kwargs)}")
    entries = height_and_width("smart_resize", "size", size)
    formats = ("channels_last", "channels_first")
    first = checks.choice("smart_resize", "data_format", data_format, formats) == "channels_first"
    pictures = np.asarray(x)
    if pictures.ndim not in (3, 4) or pictures.dtype.kind not in "biuf" or not pictures.size:
        raise checks.refusal("smart_resize", "x", "an array of pictures with three or four axes", x)
    pictures = np.moveaxis(pictures, -3, -1) if first else pictures
    dtype = "float64" if pictures.dtype == "float64" else None
    layer = Resizing(*entries, interpolation, crop_to_aspect_ratio=True, dtype=dtype, name="smart_resize")
    resized = np.asarray(layer(pictures))
    return np.moveaxis(resized, -1, -3) if first else resized
