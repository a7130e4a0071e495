"""Separable convolution."""

from __future__ import annotations

from typing import Any, ClassVar

from lamella import constraints, initializers, regularizers
from lamella.activations.lookup import activated_shape
from lamella.base.names import ActivationName, InitializerName
from lamella.base.types import Config, Shape
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import resolved
from lamella.graph.value import Value
from lamella.layers.convolutional.depthwise_convolution import emit_depthwise
from lamella.layers.core.kernel_and_bias import Biased
from lamella.layers.window import KernelWindow, Window, channels_last, known_channels, size, spatial_shape
from lamella.variable import Variable


class SeparableConvolution(KernelWindow, Biased):
    """Base class of `SeparableConv1D` and `SeparableConv2D`: see there."""

    rank: ClassVar[int]

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any,
        padding: str,
        data_format: str | None,
        dilation_rate: Any,
        depth_multiplier: int,
        activation: ActivationName | Any,
        use_bias: bool,
        depthwise_initializer: Any,
        pointwise_initializer: Any,
        bias_initializer: Any,
        depthwise_regularizer: Any,
        pointwise_regularizer: Any,
        bias_regularizer: Any,
        activity_regularizer: Any,
        depthwise_constraint: Any,
        pointwise_constraint: Any,
        bias_constraint: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        channels_last(self, data_format)
        self.filters = size(self, "filters", filters)
        self.depth_multiplier = size(self, "depth_multiplier", depth_multiplier)
        self.window = Window(self, self.rank, ("kernel_size", kernel_size), strides, padding, dilation_rate)
        self.set_bias(activation, use_bias, bias_initializer, bias_regularizer, bias_constraint)
        self.depthwise_initializer = resolved(
            self, "depthwise_initializer", initializers.get, depthwise_initializer
        )
        self.pointwise_initializer = resolved(
            self, "pointwise_initializer", initializers.get, pointwise_initializer
        )
        self.depthwise_regularizer = resolved(
            self, "depthwise_regularizer", regularizers.get, depthwise_regularizer
        )
        self.pointwise_regularizer = resolved(
            self, "pointwise_regularizer", regularizers.get, pointwise_regularizer
        )
        self.depthwise_constraint = resolved(
            self, "depthwise_constraint", constraints.get, depthwise_constraint
        )
        self.pointwise_constraint = resolved(
            self, "pointwise_constraint", constraints.get, pointwise_constraint
        )
        self.depthwise_kernel: Variable
        self.pointwise_kernel: Variable

    def build(self, input_shape: Shape) -> None:
        self.compute_output_shape(input_shape)
        channels = known_channels(self, input_shape)
        depthwise = (*self.window.size, channels, self.depth_multiplier)
        pointwise = (*(1,) * self.rank, channels * self.depth_multiplier, self.filters)
        self.depthwise_kernel = self.add_configured_weight(depthwise, "depthwise_kernel", "depthwise")
        self.pointwise_kernel = self.add_configured_weight(pointwise, "pointwise_kernel", "pointwise")
        self.build_bias(self.filters)
        super().build(input_shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        spatial = self.window.output_shape(spatial_shape(self, input_shape, self.rank))
        return activated_shape(self.activation, (input_shape[0], *spatial, self.filters))

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        value = emit_depthwise(self, builder, value, self.window, self.depthwise_kernel, None)
        value = builder.add(self, "conv", value, [self.pointwise_kernel, self.bias], {"groups": 1})
        return [self.emit_activation(builder, value)]

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.window.size,
            "strides": self.window.strides,
            "padding": self.window.padding,
            "data_format": "channels_last",
            "dilation_rate": self.window.dilation,
            "depth_multiplier": self.depth_multiplier,
            **self.bias_config(),
            "depthwise_initializer": initializers.serialize(self.depthwise_initializer),
            "pointwise_initializer": initializers.serialize(self.pointwise_initializer),
            "depthwise_regularizer": regularizers.serialize(self.depthwise_regularizer),
            "pointwise_regularizer": regularizers.serialize(self.pointwise_regularizer),
            "depthwise_constraint": constraints.serialize(self.depthwise_constraint),
            "pointwise_constraint": constraints.serialize(self.pointwise_constraint),
        }


class SeparableConv1D(SeparableConvolution):
    """A depthwise convolution of signals followed by one that mixes the channels of each position.

    Input (rows, steps, channels), output (rows, steps, filters); depthwise kernel
    (kernel_size, channels, depth_multiplier), pointwise kernel (1, channels * depth_multiplier,
    filters), bias (filters,).

    Args:
        filters: number of output channels.
        kernel_size: how many inputs the kernel sees along an axis: an integer.
        strides: how far it moves from output to output. Defaults to 1.
        padding: `"valid"`, the default: no output sees beyond the signal; `"same"`: zeros around it, so that
            there is an output for every input (every step of `strides`).
        data_format: must be None or `"channels_last"`.
        dilation_rate: how far apart the inputs lie that the kernel sees. Defaults to 1; not together with
            strides.
        depth_multiplier: filters a channel in the depthwise part. Defaults to 1.
        activation: name or function of `lamella.activations`. Defaults to None, linear.
        use_bias: whether to add a bias. Defaults to True.
        depthwise_initializer, pointwise_initializer: of the kernels. Default to `"glorot_uniform"`.
        bias_initializer: defaults to `"zeros"`.
        depthwise_regularizer, pointwise_regularizer, bias_regularizer: penalties, or None.
        activity_regularizer: penalty on the output, or None.
        depthwise_constraint, pointwise_constraint, bias_constraint: what is done to them after each update,
            or None.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for sizes that are not positive, or strides together with dilation; when built, for a
            kernel larger than the input.

    >>> import numpy as np
    >>> SeparableConv1D(8, 3)(np.ones((2, 7, 3))).shape
    (2, 5, 8)
    """

    rank = 1

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        depth_multiplier: int = 1,
        activation: ActivationName | Any = None,
        use_bias: bool = True,
        depthwise_initializer: InitializerName | Any = "glorot_uniform",
        pointwise_initializer: InitializerName | Any = "glorot_uniform",
        bias_initializer: InitializerName | Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            depth_multiplier,
            activation,
            use_bias,
            depthwise_initializer,
            pointwise_initializer,
            bias_initializer,
            depthwise_regularizer,
            pointwise_regularizer,
            bias_regularizer,
            activity_regularizer,
            depthwise_constraint,
            pointwise_constraint,
            bias_constraint,
            **kwargs,
        )


class SeparableConv2D(SeparableConvolution):
    """A depthwise convolution of pictures followed by one that mixes the channels of each position.

    Input (rows, height, width, channels), output (rows, height, width, filters); depthwise kernel
    (*kernel_size, channels, depth_multiplier), pointwise kernel (1, 1, channels * depth_multiplier,
    filters), bias (filters,).

    Args:
        filters: number of output channels.
        kernel_size: how many inputs the kernel sees along an axis: an integer or two.
        strides: how far it moves from output to output. Defaults to 1.
        padding: `"valid"`, the default: no output sees beyond the picture; `"same"`: zeros around it, so that
            there is an output for every input (every step of `strides`).
        data_format: must be None or `"channels_last"`.
        dilation_rate: how far apart the inputs lie that the kernel sees. Defaults to 1; not together with
            strides.
        depth_multiplier: filters a channel in the depthwise part. Defaults to 1.
        activation: name or function of `lamella.activations`. Defaults to None, linear.
        use_bias: whether to add a bias. Defaults to True.
        depthwise_initializer, pointwise_initializer: of the kernels. Default to `"glorot_uniform"`.
        bias_initializer: defaults to `"zeros"`.
        depthwise_regularizer, pointwise_regularizer, bias_regularizer: penalties, or None.
        activity_regularizer: penalty on the output, or None.
        depthwise_constraint, pointwise_constraint, bias_constraint: what is done to them after each update,
            or None.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for sizes that are not positive, or strides together with dilation; when built, for a
            kernel larger than the input.

    >>> import numpy as np
    >>> SeparableConv2D(8, 3)(np.ones((2, 7, 7, 3))).shape
    (2, 5, 5, 8)
    """

    rank = 2

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = (1, 1),
        depth_multiplier: int = 1,
        activation: ActivationName | Any = None,
        use_bias: bool = True,
        depthwise_initializer: InitializerName | Any = "glorot_uniform",
        pointwise_initializer: InitializerName | Any = "glorot_uniform",
        bias_initializer: InitializerName | Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            depth_multiplier,
            activation,
            use_bias,
            depthwise_initializer,
            pointwise_initializer,
            bias_initializer,
            depthwise_regularizer,
            pointwise_regularizer,
            bias_regularizer,
            activity_regularizer,
            depthwise_constraint,
            pointwise_constraint,
            bias_constraint,
            **kwargs,
        )


# Keras's second names.
SeparableConvolution1D = SeparableConv1D
SeparableConvolution2D = SeparableConv2D
