"""Depthwise convolution."""

from __future__ import annotations

from typing import Any, ClassVar

from lamella import constraints, initializers, regularizers
from lamella.activations.lookup import activated_shape
from lamella.base.names import ActivationName, InitializerName
from lamella.base.types import Config, Shape
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import Layer, resolved
from lamella.graph.value import Value
from lamella.layers.core.kernel_and_bias import Biased
from lamella.layers.window import KernelWindow, Window, channels_last, known_channels, size, spatial_shape
from lamella.variable import Variable


class DepthwiseConvolution(KernelWindow, Biased):
    """Base class of `DepthwiseConv1D` and `DepthwiseConv2D`: see there."""

    rank: ClassVar[int]

    def __init__(
        self,
        kernel_size: Any,
        strides: Any,
        padding: str,
        depth_multiplier: int,
        data_format: str | None,
        dilation_rate: Any,
        activation: ActivationName | Any,
        use_bias: bool,
        depthwise_initializer: Any,
        bias_initializer: Any,
        depthwise_regularizer: Any,
        bias_regularizer: Any,
        activity_regularizer: Any,
        depthwise_constraint: Any,
        bias_constraint: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        channels_last(self, data_format)
        self.depth_multiplier = size(self, "depth_multiplier", depth_multiplier)
        self.window = Window(self, self.rank, ("kernel_size", kernel_size), strides, padding, dilation_rate)
        self.set_bias(activation, use_bias, bias_initializer, bias_regularizer, bias_constraint)
        self.depthwise_initializer = resolved(
            self, "depthwise_initializer", initializers.get, depthwise_initializer
        )
        self.depthwise_regularizer = resolved(
            self, "depthwise_regularizer", regularizers.get, depthwise_regularizer
        )
        self.depthwise_constraint = resolved(
            self, "depthwise_constraint", constraints.get, depthwise_constraint
        )
        self.kernel: Variable

    def build(self, input_shape: Shape) -> None:
        self.compute_output_shape(input_shape)
        channels = known_channels(self, input_shape)
        shape = (*self.window.size, channels, self.depth_multiplier)
        self.kernel = self.add_configured_weight(shape, "kernel", "depthwise")
        self.build_bias(channels * self.depth_multiplier)
        super().build(input_shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        spatial = self.window.output_shape(spatial_shape(self, input_shape, self.rank))
        channels = known_channels(self, input_shape) * self.depth_multiplier
        return activated_shape(self.activation, (input_shape[0], *spatial, channels))

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        value = emit_depthwise(self, builder, value, self.window, self.kernel, self.bias)
        return [self.emit_activation(builder, value)]

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "kernel_size": self.window.size,
            "strides": self.window.strides,
            "padding": self.window.padding,
            "depth_multiplier": self.depth_multiplier,
            "data_format": "channels_last",
            "dilation_rate": self.window.dilation,
            **self.bias_config(),
            "depthwise_initializer": initializers.serialize(self.depthwise_initializer),
            "depthwise_regularizer": regularizers.serialize(self.depthwise_regularizer),
            "depthwise_constraint": constraints.serialize(self.depthwise_constraint),
        }


def emit_depthwise(
    layer: Layer,
    builder: ProgramBuilder,
    value: Value,
    window: Window,
    kernel: Variable,
    bias: Variable | None,
) -> Value:
    """Append a depthwise convolution; each channel is there as often as the kernel has filters for it."""
    *spatial, channels = value.shape
    multiplier = kernel.shape[-1]
    if multiplier > 1:
        copies = [[(channel, 1.0)] for channel in range(channels) for _ in range(multiplier)]
        value = builder.map_axis(layer, value, len(spatial), copies)
    attributes = {"taps": list(window.size), **window.attributes(tuple(spatial))}
    return builder.add(layer, "depthwise_conv", value, [kernel, bias], attributes)


class DepthwiseConv1D(DepthwiseConvolution):
    """Convolution of signals in which each channel has filters of its own.

    Input (rows, steps, channels), output (rows, steps, channels * depth_multiplier);
    kernel (kernel_size, channels, depth_multiplier), bias (channels * depth_multiplier,).

    Args:
        kernel_size: how many inputs the kernel sees along an axis: an integer.
        strides: how far it moves from output to output. Defaults to 1.
        padding: `"valid"`, the default: no output sees beyond the signal; `"same"`: zeros around it, so that
            there is an output for every input (every step of `strides`).
        depth_multiplier: filters a channel. Defaults to 1.
        data_format: must be None or `"channels_last"`.
        dilation_rate: how far apart the inputs lie that the kernel sees. Defaults to 1; not together with
            strides.
        activation: name or function of `lamella.activations`. Defaults to None, linear.
        use_bias: whether to add a bias. Defaults to True.
        depthwise_initializer: of the kernel. Defaults to `"glorot_uniform"`.
        bias_initializer: defaults to `"zeros"`.
        depthwise_regularizer: penalty on the kernel, or None.
        bias_regularizer: penalty on the bias, or None.
        activity_regularizer: penalty on the output, or None.
        depthwise_constraint, bias_constraint: what is done to kernel and bias after each update, or None.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for sizes that are not positive, or strides together with dilation; when built, for a
            kernel larger than the input.

    >>> import numpy as np
    >>> DepthwiseConv1D(3, depth_multiplier=2)(np.ones((2, 7, 3))).shape
    (2, 5, 6)
    """

    rank = 1

    def __init__(
        self,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: ActivationName | Any = None,
        use_bias: bool = True,
        depthwise_initializer: InitializerName | Any = "glorot_uniform",
        bias_initializer: InitializerName | Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            kernel_size,
            strides,
            padding,
            depth_multiplier,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            depthwise_initializer,
            bias_initializer,
            depthwise_regularizer,
            bias_regularizer,
            activity_regularizer,
            depthwise_constraint,
            bias_constraint,
            **kwargs,
        )


class DepthwiseConv2D(DepthwiseConvolution):
    """Convolution of pictures in which each channel has filters of its own.

    Input (rows, height, width, channels), output (rows, height, width, channels * depth_multiplier);
    kernel (*kernel_size, channels, depth_multiplier), bias (channels * depth_multiplier,).

    Args:
        kernel_size: how many inputs the kernel sees along an axis: an integer or two.
        strides: how far it moves from output to output. Defaults to 1.
        padding: `"valid"`, the default: no output sees beyond the picture; `"same"`: zeros around it, so that
            there is an output for every input (every step of `strides`).
        depth_multiplier: filters a channel. Defaults to 1.
        data_format: must be None or `"channels_last"`.
        dilation_rate: how far apart the inputs lie that the kernel sees. Defaults to 1; not together with
            strides.
        activation: name or function of `lamella.activations`. Defaults to None, linear.
        use_bias: whether to add a bias. Defaults to True.
        depthwise_initializer: of the kernel. Defaults to `"glorot_uniform"`.
        bias_initializer: defaults to `"zeros"`.
        depthwise_regularizer: penalty on the kernel, or None.
        bias_regularizer: penalty on the bias, or None.
        activity_regularizer: penalty on the output, or None.
        depthwise_constraint, bias_constraint: what is done to kernel and bias after each update, or None.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for sizes that are not positive, or strides together with dilation; when built, for a
            kernel larger than the input.

    >>> import numpy as np
    >>> DepthwiseConv2D(3, depth_multiplier=2)(np.ones((2, 7, 7, 3))).shape
    (2, 5, 5, 6)
    """

    rank = 2

    def __init__(
        self,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: Any = (1, 1),
        activation: ActivationName | Any = None,
        use_bias: bool = True,
        depthwise_initializer: InitializerName | Any = "glorot_uniform",
        bias_initializer: InitializerName | Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            kernel_size,
            strides,
            padding,
            depth_multiplier,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            depthwise_initializer,
            bias_initializer,
            depthwise_regularizer,
            bias_regularizer,
            activity_regularizer,
            depthwise_constraint,
            bias_constraint,
            **kwargs,
        )
