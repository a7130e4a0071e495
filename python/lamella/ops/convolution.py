"""Convolution and pooling, by the layers of these names, and pixels moved between places and channels."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lamella import layers
from lamella.base.checks import choice, integer
from lamella.base.types import Array
from lamella.graph.layer import Layer
from lamella.ops.conversion import array, promoted
from lamella.ops.definition import operation

__all__ = [
    "average_pool",
    "conv",
    "conv_transpose",
    "depth_to_space",
    "depthwise_conv",
    "fold",
    "max_pool",
    "separable_conv",
    "space_to_depth",
    "unfold",
]


def _layer(kind: str, inputs: Array, **arguments: Any) -> Layer:
    """The layer for signals, pictures or volumes."""
    found = getattr(layers, kind.format(f"{inputs.ndim - 2}D"), None)
    if found is None:
        raise ValueError(f"'inputs' must have shape (rows, places ..., channels). Received: {inputs.shape}")
    layer: Layer = found(name="operation", dtype=inputs.dtype.name, **arguments)
    return layer


def _pooled(kind: str, inputs: Any, pool_size: Any, strides: Any, padding: str, data_format: Any) -> Array:
    x = promoted(array(inputs), floating=True)[0]
    window = {"pool_size": pool_size, "strides": strides, "padding": padding, "data_format": data_format}
    return _layer(kind, x, **window)(x)


def _convolved(kind: str, inputs: Any, kernels: list[Any], **arguments: Any) -> Array:
    x, *weights = promoted(array(inputs), *map(array, kernels), floating=True)
    if any(kernel.ndim != x.ndim for kernel in weights):
        raise ValueError(f"the kernel must have {x.ndim} axes. Received: shapes {[k.shape for k in weights]}")
    window = {"kernel_size": weights[0].shape[:-2], "use_bias": False, **arguments}
    layer = _layer(kind, x, **window)
    layer.build(x.shape)
    layer.set_weights(weights)
    return layer(x)


@operation
def max_pool(
    inputs: Any, pool_size: Any, strides: Any = None, padding: str = "valid", data_format: str | None = None
) -> Array:
    """The maximum of windows, by channel; see `lamella.layers.MaxPooling2D`.

    >>> max_pool(np.arange(4.0).reshape(1, 4, 1), 2).ravel().tolist()
    [1.0, 3.0]
    """
    return _pooled("MaxPooling{}", inputs, pool_size, strides, padding, data_format)


@operation
def average_pool(
    inputs: Any, pool_size: Any, strides: Any = None, padding: str = "valid", data_format: str | None = None
) -> Array:
    """The mean of windows, by channel; see `lamella.layers.AveragePooling2D`.

    >>> average_pool(np.arange(4.0).reshape(1, 4, 1), 2).ravel().tolist()
    [0.5, 2.5]
    """
    return _pooled("AveragePooling{}", inputs, pool_size, strides, padding, data_format)


@operation
def conv(
    inputs: Any,
    kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Array:
    """A convolution; see `lamella.layers.Conv2D`.

    Args:
        inputs: shape (rows, places ..., channels).
        kernel: shape (places ..., channels, filters); fewer channels than the inputs have make groups.
        strides, padding, data_format, dilation_rate: as of the layer.

    >>> conv(np.arange(3.0).reshape(1, 3, 1), np.ones((2, 1, 1))).ravel().tolist()
    [1.0, 3.0]
    """
    channels, (taken, filters) = array(inputs).shape[-1], array(kernel).shape[-2:]
    if taken < 1 or channels % taken:
        raise ValueError(f"'kernel' takes {taken} channels, of which 'inputs' have {channels}")
    return _convolved(
        "Conv{}",
        inputs,
        [kernel],
        filters=filters,
        groups=channels // taken,
        strides=strides,
        padding=padding,
        data_format=data_format,
        dilation_rate=dilation_rate,
        kernel_initializer="zeros",
    )


@operation
def conv_transpose(
    inputs: Any,
    kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    output_padding: Any = None,
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Array:
    """A convolution the other way round; see `lamella.layers.Conv2DTranspose`.

    Args:
        inputs: shape (rows, places ..., channels).
        kernel: shape (places ..., filters, channels).
        strides, padding, output_padding, data_format, dilation_rate: as of the layer.

    >>> conv_transpose(np.ones((1, 1, 1)), np.array([[[1.0]], [[2.0]]])).ravel().tolist()
    [1.0, 2.0]
    """
    return _convolved(
        "Conv{}Transpose",
        inputs,
        [kernel],
        filters=array(kernel).shape[-2],
        strides=strides,
        padding=padding,
        output_padding=output_padding,
        data_format=data_format,
        dilation_rate=dilation_rate,
        kernel_initializer="zeros",
    )


@operation
def depthwise_conv(
    inputs: Any,
    kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Array:
    """A convolution of each channel by itself; see `lamella.layers.DepthwiseConv2D`.

    Args:
        inputs: shape (rows, places ..., channels).
        kernel: shape (places ..., channels, filters of each).
        strides, padding, data_format, dilation_rate: as of the layer.

    >>> depthwise_conv(np.ones((1, 2, 1)), np.ones((2, 1, 1))).ravel().tolist()
    [2.0]
    """
    return _convolved(
        "DepthwiseConv{}",
        inputs,
        [kernel],
        depth_multiplier=array(kernel).shape[-1],
        strides=strides,
        padding=padding,
        data_format=data_format,
        dilation_rate=dilation_rate,
        depthwise_initializer="zeros",
    )


@operation
def separable_conv(
    inputs: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Array:
    """A convolution of each channel, then one of all channels at a place; see `layers.SeparableConv2D`.

    Args:
        inputs: shape (rows, places ..., channels).
        depthwise_kernel: shape (places ..., channels, filters of each).
        pointwise_kernel: shape (1 ..., channels * filters of each, filters).
        strides, padding, data_format, dilation_rate: as of the layer.

    >>> separable_conv(np.ones((1, 2, 1)), np.ones((2, 1, 1)), np.ones((1, 1, 1))).ravel().tolist()
    [2.0]
    """
    return _convolved(
        "SeparableConv{}",
        inputs,
        [depthwise_kernel, pointwise_kernel],
        filters=array(pointwise_kernel).shape[-1],
        depth_multiplier=array(depthwise_kernel).shape[-1],
        strides=strides,
        padding=padding,
        data_format=data_format,
        dilation_rate=dilation_rate,
        depthwise_initializer="zeros",
        pointwise_initializer="zeros",
    )


@operation
def depth_to_space(x: Any, block_size: int, data_format: str = "channels_last") -> Array:
    """Pictures with blocks of pixels for their channels.

    Args:
        x: shape (rows, height, width, channels).
        block_size: pixels of a block along each axis.
        data_format: "channels_last" or "channels_first".

    Returns:
        Shape (rows, height * block_size, width * block_size, channels / block_size ** 2).

    >>> depth_to_space(np.arange(4.0).reshape(1, 1, 1, 4), 2)[0, :, :, 0].tolist()
    [[0.0, 1.0], [2.0, 3.0]]
    """
    pictures, size = _channels_last(x, data_format), integer("depth_to_space", "block_size", block_size, 1)
    rows, height, width, channels = pictures.shape
    blocks = pictures.reshape(rows, height, width, size, size, channels // size**2)
    moved = blocks.transpose(0, 1, 3, 2, 4, 5)
    if data_format == "channels_first":  # there the channels come before the places in a block
        blocks = pictures.reshape(rows, height, width, channels // size**2, size, size)
        moved = blocks.transpose(0, 1, 4, 2, 5, 3)
    return _as_before(moved.reshape(rows, height * size, width * size, -1), data_format)


@operation
def space_to_depth(x: Any, block_size: int, data_format: str = "channels_last") -> Array:
    """The inverse of `depth_to_space`.

    >>> space_to_depth(np.arange(4.0).reshape(1, 2, 2, 1), 2).ravel().tolist()
    [0.0, 1.0, 2.0, 3.0]
    """
    pictures, size = _channels_last(x, data_format), integer("space_to_depth", "block_size", block_size, 1)
    rows, height, width, channels = pictures.shape
    blocks = pictures.reshape(rows, height // size, size, width // size, size, channels)
    order = (0, 1, 3, 5, 2, 4) if data_format == "channels_first" else (0, 1, 3, 2, 4, 5)
    moved = blocks.transpose(order)
    return _as_before(moved.reshape(rows, height // size, width // size, -1), data_format)


def _channels_last(x: Any, data_format: str) -> Array:
    choice("depth_to_space", "data_format", data_format, ("channels_last", "channels_first"))
    pictures = array(x)
    if pictures.ndim != 4:
        raise ValueError(f"needs pictures of four axes. Received: shape {pictures.shape}")
    return pictures if data_format == "channels_last" else pictures.transpose(0, 2, 3, 1)


def _as_before(pictures: Array, data_format: str) -> Array:
    return pictures if data_format == "channels_last" else pictures.transpose(0, 3, 1, 2)


@operation
def unfold(x: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Array:
    """The windows of pictures as columns.

    Args:
        x: shape (rows, channels, height, width).
        kernel_size: the window: an integer or two.
        dilation: the distance of its pixels.
        padding: zeros around the pictures.
        stride: how far it moves.

    Returns:
        Shape (rows, channels * pixels of the window, windows).

    >>> unfold(np.arange(4.0).reshape(1, 1, 2, 2), 2).ravel().tolist()
    [0.0, 1.0, 2.0, 3.0]
    """
    pictures = array(x)
    margins = _pair(padding)
    padded = np.pad(pictures, [(0, 0), (0, 0), (margins[0],) * 2, (margins[1],) * 2])
    places = _window_places(padded.shape[2:], _pair(kernel_size), _pair(dilation), _pair(stride))
    windows = padded[:, :, places[0], places[1]]
    return windows.reshape(len(pictures), -1, windows.shape[-1])


@operation
def fold(
    x: Any, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Array:
    """Pictures out of windows, which are added where they overlap; see `unfold`.

    Args:
        x: shape (rows, channels * pixels of the window, windows).
        output_size: height and width of the pictures.
        kernel_size, dilation, padding, stride: as of `unfold`.

    >>> fold(np.arange(4.0).reshape(1, 4, 1), 2, 2).ravel().tolist()
    [0.0, 1.0, 2.0, 3.0]
    """
    columns = array(x)
    (height, width), margins, kernel = _pair(output_size), _pair(padding), _pair(kernel_size)
    places = _window_places(
        (height + 2 * margins[0], width + 2 * margins[1]), kernel, _pair(dilation), _pair(stride)
    )
    windows = columns.reshape(len(columns), -1, math.prod(kernel), columns.shape[-1])
    shape = (*windows.shape[:2], height + 2 * margins[0], width + 2 * margins[1])
    pictures = np.zeros(shape, columns.dtype)
    everywhere: Any = (slice(None), slice(None), *places)
    np.add.at(pictures, everywhere, windows)
    return pictures[:, :, margins[0] : margins[0] + height, margins[1] : margins[1] + width]


def _pair(value: Any) -> tuple[int, int]:
    first, second = (value, value) if isinstance(value, (int, np.integer)) else value
    return int(first), int(second)


def _window_places(size: Any, kernel: Any, dilation: Any, stride: Any) -> list[Array]:
    """The rows and columns that each pixel of the window sees: two arrays (pixels, windows)."""
    along = []
    for length, pixels, distance, step in zip(size, kernel, dilation, stride, strict=True):
        count = (length - (pixels - 1) * distance - 1) // step + 1
        along.append(np.arange(pixels)[:, None] * distance + np.arange(count) * step)
    grids = np.broadcast_arrays(along[0][:, None, :, None], along[1][None, :, None, :])
    return [grid.reshape(math.prod(kernel), -1) for grid in grids]
