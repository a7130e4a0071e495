"""The modules that layers are in PyTorch: names, shapes and layouts of their parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lamella.base.types import Array
from lamella.layers import BatchNormalization, Layer, Normalization, PReLU, RMSNormalization
from lamella.layers.convolutional.convolution import Convolution
from lamella.layers.convolutional.depthwise_convolution import DepthwiseConvolution
from lamella.layers.convolutional.separable_convolution import SeparableConvolution
from lamella.layers.convolutional.transposed_convolution import TransposedConvolution
from lamella.layers.core.dense import Dense
from lamella.layers.normalization.row_normalization import AffineRowNormalization
from lamella.saving.torch.order import AS_HERE, Arrangement
from lamella.variable import Variable


class Parameter(NamedTuple):
    """A parameter or buffer of a module, and what it is here.

    Attributes:
        variable: the variable.
        shapes: the shapes that it may have in PyTorch.
        convert: makes the values of the variable of those of the parameter.
        change: what `convert` does, in words.
    """

    variable: Variable
    shapes: list[tuple[int, ...]]
    convert: Callable[[Array], Array]
    change: str


Module = dict[str, Parameter]
"""The parameters of a module by their names, `"weight"`."""


def modules_of(layer: Layer, inputs: Arrangement, outputs: Arrangement) -> list[Module]:
    """The modules that a layer is in PyTorch, two for a separable convolution.

    A layer that PyTorch has no module for, such as one of your own, is a module of its variables' names.

    Args:
        layer: a built layer, without those inside it.
        inputs, outputs: how its inputs and outputs lie in PyTorch.
    """
    if not layer._variables or isinstance(layer, Normalization):
        return []
    if isinstance(layer, Dense):
        return [_dense(layer, inputs, outputs)]
    if isinstance(layer, Convolution):
        return [{"weight": _convolution(layer.kernel), **_vectors(bias=layer.bias)}]
    if isinstance(layer, TransposedConvolution):
        return [{"weight": _convolution(layer.kernel), **_vectors(bias=layer.bias)}]
    if isinstance(layer, DepthwiseConvolution):
        return [{"weight": _depthwise(layer.kernel), **_vectors(bias=layer.bias)}]
    if isinstance(layer, SeparableConvolution):
        mixing = {"weight": _convolution(layer.pointwise_kernel), **_vectors(bias=layer.bias)}
        return [{"weight": _depthwise(layer.depthwise_kernel)}, mixing]
    if isinstance(layer, BatchNormalization):
        moving = _vectors(inputs, running_mean=layer.moving_mean, running_var=layer.moving_variance)
        return [{**_vectors(inputs, weight=layer.gamma, bias=layer.beta), **moving}]
    if isinstance(layer, AffineRowNormalization):
        return [_vectors(inputs, weight=layer.gamma, bias=layer.beta)]
    if isinstance(layer, RMSNormalization):
        return [_vectors(inputs, weight=layer.scale)]
    if isinstance(layer, PReLU):
        return [{"weight": _slopes(layer.alpha, inputs)}]
    return [_vectors(**{variable.name: variable for variable in layer._variables})]


def _dense(layer: Dense, inputs: Arrangement, outputs: Arrangement) -> Module:
    def convert(weight: Array) -> Array:
        return _take(_take(weight, inputs.order, 1), outputs.order, 0).T

    change = "transposed" if inputs.order is None and outputs.order is None else "transposed, reordered"
    weight = Parameter(layer.kernel, [layer.kernel.shape[::-1]], convert, change)
    return {"weight": weight, **_vectors(outputs, bias=layer.bias)}


def _convolution(kernel: Variable) -> Parameter:
    """Of a convolution, (outputs, inputs, ...) in PyTorch, or a transposed one, (inputs, outputs, ...)."""
    *taps, second, first = kernel.shape

    def convert(weight: Array) -> Array:
        return np.moveaxis(weight, (0, 1), (-1, -2))

    return Parameter(kernel, [(first, second, *taps)], convert, "transposed")


def _depthwise(kernel: Variable) -> Parameter:
    """Of a convolution with a group for each channel, whose filters PyTorch counts channel by channel."""
    *taps, channels, multiplier = kernel.shape

    def convert(weight: Array) -> Array:
        return np.moveaxis(weight.reshape(channels, multiplier, *taps), (0, 1), (-2, -1))

    return Parameter(kernel, [(channels * multiplier, 1, *taps)], convert, "transposed")


def _slopes(alpha: Variable, inputs: Arrangement) -> Parameter:
    """Of a PReLU, which has one in PyTorch, or one a channel."""

    def convert(weight: Array) -> Array:
        slopes = weight if weight.size == 1 else _take(weight, inputs.order, 0)
        return np.broadcast_to(slopes, alpha.shape)

    shapes = list(dict.fromkeys([(1,), alpha.shape[-1:]]))
    return Parameter(alpha, shapes, convert, "broadcast")


def _vectors(inputs: Arrangement = AS_HERE, /, **variables: Variable | None) -> Module:
    """Parameters that lie as they are, or in the order of the features; None for those that are left out."""
    return {name: _affine(variable, inputs) for name, variable in variables.items() if variable is not None}


def _affine(variable: Variable, inputs: Arrangement) -> Parameter:
    if len(variable.shape) > 1 and inputs.channels:
        shape = (variable.shape[-1], *variable.shape[:-1])
        return Parameter(variable, [shape], lambda values: np.moveaxis(values, 0, -1), "transposed")
    change = "as it is" if inputs.order is None else "reordered"
    return Parameter(variable, [variable.shape], lambda values: _take(values, inputs.order, 0), change)


def _take(values: Array, order: Array | None, axis: int) -> Array:
    return values if order is None else values.take(order, axis)
