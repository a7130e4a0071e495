"""Which features of flat rows lie in another order in PyTorch, where channels come first.

`Flatten` of a picture lays height, width, channels out here and channels, height, width there, so that the
layers behind it see the same features in another order; likewise the layers before a `Reshape` to a picture.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from lamella.base.types import Array, Shape
from lamella.layers import Layer, Permute
from lamella.layers.convolutional.convolution import Convolution
from lamella.layers.convolutional.depthwise_convolution import DepthwiseConvolution
from lamella.layers.convolutional.separable_convolution import SeparableConvolution
from lamella.layers.convolutional.transposed_convolution import TransposedConvolution
from lamella.layers.core.dense import Dense
from lamella.layers.merging.branches import Branched
from lamella.layers.stack import Stack

_CONVOLUTIONS = (Convolution, DepthwiseConvolution, SeparableConvolution, TransposedConvolution)


class Arrangement(NamedTuple):
    """How a value lies in PyTorch.

    Attributes:
        order: for each feature of a flat row its place there; None where it is the same.
        channels: whether rows of several axes have channels, the last axis here and the first there.
    """

    order: Array | None
    channels: bool


AS_HERE = Arrangement(None, False)


def arrangements(model: Layer) -> dict[int, tuple[Arrangement, Arrangement]]:
    """How inputs and outputs of the layers of a built model lie, by the `id` of the layer."""
    found: dict[int, tuple[Arrangement, Arrangement]] = {}
    start = Arrangement(None, _has_channels(model.input_shape, False))
    _walk([model], start, model.input_shape, found)
    return found


def _walk(
    stack: list[Layer],
    state: Arrangement,
    shape: Shape,
    found: dict[int, tuple[Arrangement, Arrangement]],
) -> Arrangement:
    """Note how the values of these layers lie; returns how the last one does."""
    chain = _expanded(stack)
    for index, layer in enumerate(chain):
        output = layer.compute_output_shape(shape)
        if isinstance(layer, Branched):
            state = _merge(layer, shape, [_walk(way, state, shape, found) for way in layer.stacks])
        else:
            after = _after(layer, chain[index + 1 :], state, shape, output)
            found[id(layer)] = state, after
            state = after
        shape = output
    return state


def _expanded(stack: list[Layer]) -> list[Layer]:
    """The layers one after the other, those of models among them."""
    chain: list[Layer] = []
    for layer in stack:
        chain += _expanded(layer.layers) if isinstance(layer, Stack) else [layer]
    return chain


def _after(layer: Layer, rest: list[Layer], state: Arrangement, shape: Shape, output: Shape) -> Arrangement:
    """What is known behind a layer."""
    if isinstance(layer, Permute):
        return Arrangement(None, layer.dims[-1] == 1)
    if isinstance(layer, _CONVOLUTIONS):
        return Arrangement(None, True)
    if isinstance(layer, Dense):
        return Arrangement(_wanted(rest, output), state.channels) if len(output) == 2 else state
    if len(shape) > 2 and len(output) == 2:
        flattened = state.channels and _size(shape) == _size(output)  # and not pooled away
        return Arrangement(_picture_order(shape) if flattened else None, False)
    if len(shape) == 2 and len(output) > 2:
        return Arrangement(None, _has_channels(output, _convolved(rest)))
    return state if len(shape) == 2 and output == shape else Arrangement(None, state.channels)


def _wanted(rest: list[Layer], shape: Shape) -> Array | None:
    """The order in which a flat row is made that becomes a picture further on."""
    for index, layer in enumerate(rest):
        if isinstance(layer, (Branched, Dense)):
            return None
        output = layer.compute_output_shape(shape)
        if output != shape:
            return _picture_order(output) if _has_channels(output, _convolved(rest[index:])) else None
    return None


def _convolved(layers: list[Layer]) -> bool:
    return any(isinstance(layer, _CONVOLUTIONS) for layer in layers)


def _has_channels(shape: Shape, convolved: bool) -> bool:
    """Whether a value has channels, which PyTorch puts first: sequences only where they are convolved."""
    return len(shape) > 3 or (len(shape) == 3 and convolved)


def _picture_order(shape: Shape) -> Array:
    """For each number of a picture with channels last, its place where they come first."""
    *spatial, channels = (int(axis or 0) for axis in shape[1:])
    places = np.arange(_size(shape)).reshape(channels, *spatial)
    return np.moveaxis(places, 0, -1).ravel()


def _size(shape: Shape) -> int:
    """Numbers of a row; 0 where an axis is not known, and nothing with weights of its size can follow."""
    return math.prod(axis or 0 for axis in shape[1:])


def _merge(layer: Branched, shape: Shape, ways: list[Arrangement]) -> Arrangement:
    """What is known behind branches: added ones have one order, joined ones lie side by side."""
    channels = all(way.channels for way in ways)
    if layer.merge == "add" or all(way.order is None for way in ways):
        return Arrangement(ways[0].order, channels)
    parts, start = [], 0
    for way, stack in zip(ways, layer.stacks, strict=True):
        width = _width(stack, shape)
        parts.append(start + (np.arange(width) if way.order is None else way.order))
        start += width
    return Arrangement(np.concatenate(parts), channels)


def _width(stack: list[Layer], shape: Shape) -> int:
    for layer in stack:
        shape = layer.compute_output_shape(shape)
    return int(shape[-1] or 0)
