"""Transposed convolution."""

from __future__ import annotations

from typing import Any, ClassVar

from lamella.activations.lookup import activated_shape
from lamella.base.names import ActivationName, InitializerName
from lamella.base.types import Config, Shape
from lamella.graph.builder import ProgramBuilder
from lamella.graph.value import Value
from lamella.layers.core.kernel_and_bias import KernelAndBias
from lamella.layers.window import (
    KernelWindow,
    Window,
    channels_last,
    known_channels,
    per_axis,
    size,
    spatial_shape,
)


class TransposedConvolution(KernelWindow, KernelAndBias):
    """Base class of `Conv1DTranspose`, `Conv2DTranspose` and `Conv3DTranspose`: see there."""

    rank: ClassVar[int]

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any,
        padding: str,
        output_padding: Any,
        data_format: str | None,
        dilation_rate: Any,
        activation: ActivationName | Any,
        use_bias: bool,
        kernel_initializer: Any,
        bias_initializer: Any,
        kernel_regularizer: Any,
        bias_regularizer: Any,
        activity_regularizer: Any,
        kernel_constraint: Any,
        bias_constraint: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        channels_last(self, data_format)
        self.filters = size(self, "filters", filters)
        self.window = Window(self, self.rank, ("kernel_size", kernel_size), strides, padding, dilation_rate)
        self.output_padding: tuple[int, ...] | None = None
        if output_padding is not None:
            self.output_padding = per_axis(self, "output_padding", output_padding, self.rank, least=0)
            if any(n >= stride for n, stride in zip(self.output_padding, self.window.strides, strict=True)):
                raise ValueError(
                    f"{type(self).__name__} '{self.name}': 'output_padding' must be smaller than 'strides'. "
                    f"Received: output_padding={output_padding!r}, strides={strides!r}"
                )
        self.set_kernel(kernel_initializer, kernel_regularizer, kernel_constraint)
        self.set_bias(activation, use_bias, bias_initializer, bias_regularizer, bias_constraint)

    def build(self, input_shape: Shape) -> None:
        self.compute_output_shape(input_shape)
        self.build_kernel_and_bias(
            (*self.window.size, self.filters, known_channels(self, input_shape)), self.filters
        )
        super().build(input_shape)

    def _crops(self, axis: int) -> tuple[int, int]:
        """How many outputs of the full transposed convolution are left out before and after; negative: added.

        With all of them there are (inputs - 1) * stride + reach.
        """
        reach = self.window.reach(axis)
        stride = self.window.strides[axis]
        more = self.output_padding[axis] if self.output_padding is not None else None
        if self.window.padding == "valid":
            return 0, -(max(stride - reach, 0) if more is None else more)
        total = reach - stride if more is None else reach - reach % 2 - more
        before = max(total // 2, 0)
        return before, total - before

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        spatial = spatial_shape(self, input_shape, self.rank)
        output = [self._output_length(axis, length, spatial) for axis, length in enumerate(spatial)]
        return activated_shape(self.activation, (input_shape[0], *output, self.filters))

    def _output_length(self, axis: int, length: int | None, spatial: Shape) -> int | None:
        if length is None:
            return None
        reach = self.window.reach(axis)
        output = (length - 1) * self.window.strides[axis] + reach - sum(self._crops(axis))
        if output < 1:
            raise ValueError(
                f"{type(self).__name__} '{self.name}': nothing is left of inputs of spatial shape {spatial}"
            )
        return output

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        spatial = value.shape[:-1]
        crops = [self._crops(axis) for axis in range(self.rank)]
        outputs = [self._output_length(axis, length, spatial) for axis, length in enumerate(spatial)]
        before, after = ([max(crop[side], 0) for crop in crops] for side in (0, 1))
        # A single input has no neighbour that a larger stride could part from it.
        room = [
            (output or 0) + first + last - self.window.reach(axis) + 1
            for axis, (output, first, last) in enumerate(zip(outputs, before, after, strict=True))
        ]
        attributes = {
            "strides": [min(pair) for pair in zip(self.window.strides, room, strict=True)],
            "dilation": [
                1 if n == 1 else d for n, d in zip(self.window.size, self.window.dilation, strict=True)
            ],
            "before": before,
            "after": after,
            "output": outputs,
        }
        value = builder.add(self, "conv_transpose", value, [self.kernel, self.bias], attributes)
        return [self.emit_activation(builder, value)]

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.window.size,
            "strides": self.window.strides,
            "padding": self.window.padding,
            "output_padding": self.output_padding,
            "data_format": "channels_last",
            "dilation_rate": self.window.dilation,
            **self.kernel_config(),
        }


class Conv1DTranspose(TransposedConvolution):
    """Transposed convolution of signals, the gradient of a convolution: each input reaches several outputs.

    Input (rows, steps, channels), output (rows, steps, filters); kernel
    (kernel_size, filters, channels), bias (filters,).

    Args:
        filters: number of output channels.
        kernel_size: over how many outputs an input spreads along an axis: an integer.
        strides: how far apart the outputs of neighbouring inputs lie. Defaults to 1.
        padding: `"valid"`, the default: all outputs that an input reaches; `"same"`: `strides` outputs for
            each input.
        output_padding: how many outputs are added at the end, smaller than `strides`; None, the default,
            follows from `padding`.
        data_format: must be None or `"channels_last"`.
        dilation_rate: how far apart the outputs lie over which an input spreads. Defaults to 1; not together
            with strides.
        activation: name or function of `lamella.activations`. Defaults to None, linear.
        use_bias: whether to add a bias. Defaults to True.
        kernel_initializer: defaults to `"glorot_uniform"`.
        bias_initializer: defaults to `"zeros"`.
        kernel_regularizer: penalty on the kernel, or None.
        bias_regularizer: penalty on the bias, or None.
        activity_regularizer: penalty on the output, or None.
        kernel_constraint, bias_constraint: what is done to kernel and bias after each update, or None.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for sizes that are not positive, strides together with dilation, or an output padding
            that is too large.

    >>> import numpy as np
    >>> Conv1DTranspose(8, 3, strides=2, padding="same")(np.ones((2, 5, 3))).shape
    (2, 10, 8)
    """

    rank = 1

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        output_padding: Any = None,
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: ActivationName | Any = None,
        use_bias: bool = True,
        kernel_initializer: InitializerName | Any = "glorot_uniform",
        bias_initializer: InitializerName | Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            output_padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            **kwargs,
        )


class Conv2DTranspose(TransposedConvolution):
    """Transposed convolution of images, the gradient of a convolution: each input reaches several outputs.

    Input (rows, height, width, channels), output (rows, height, width, filters); kernel
    (*kernel_size, filters, channels), bias (filters,).

    Args:
        filters: number of output channels.
        kernel_size: over how many outputs an input spreads along an axis: an integer or two.
        strides: how far apart the outputs of neighbouring inputs lie. Defaults to 1.
        padding: `"valid"`, the default: all outputs that an input reaches; `"same"`: `strides` outputs for
            each input.
        output_padding: how many outputs are added at the end, smaller than `strides`; None, the default,
            follows from `padding`.
        data_format: must be None or `"channels_last"`.
        dilation_rate: how far apart the outputs lie over which an input spreads. Defaults to 1; not together
            with strides.
        activation: name or function of `lamella.activations`. Defaults to None, linear.
        use_bias: whether to add a bias. Defaults to True.
        kernel_initializer: defaults to `"glorot_uniform"`.
        bias_initializer: defaults to `"zeros"`.
        kernel_regularizer: penalty on the kernel, or None.
        bias_regularizer: penalty on the bias, or None.
        activity_regularizer: penalty on the output, or None.
        kernel_constraint, bias_constraint: what is done to kernel and bias after each update, or None.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for sizes that are not positive, strides together with dilation, or an output padding
            that is too large.

    >>> import numpy as np
    >>> Conv2DTranspose(8, 3, strides=2, padding="same")(np.ones((2, 5, 5, 3))).shape
    (2, 10, 10, 8)
    """

    rank = 2

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        output_padding: Any = None,
        data_format: str | None = None,
        dilation_rate: Any = (1, 1),
        activation: ActivationName | Any = None,
        use_bias: bool = True,
        kernel_initializer: InitializerName | Any = "glorot_uniform",
        bias_initializer: InitializerName | Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            output_padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            **kwargs,
        )


class Conv3DTranspose(TransposedConvolution):
    """Transposed convolution of volumes, the gradient of a convolution: each input reaches several outputs.

    Input (rows, depth, height, width, channels), output (rows, depth, height, width, filters); kernel
    (*kernel_size, filters, channels), bias (filters,).

    Args:
        filters: number of output channels.
        kernel_size: over how many outputs an input spreads along an axis: an integer or three.
        strides: how far apart the outputs of neighbouring inputs lie. Defaults to 1.
        padding: `"valid"`, the default: all outputs that an input reaches; `"same"`: `strides` outputs for
            each input.
        output_padding: how many outputs are added at the end, smaller than `strides`; None, the default,
            follows from `padding`.
        data_format: must be None or `"channels_last"`.
        dilation_rate: how far apart the outputs lie over which an input spreads. Defaults to 1; not together
            with strides.
        activation: name or function of `lamella.activations`. Defaults to None, linear.
        use_bias: whether to add a bias. Defaults to True.
        kernel_initializer: defaults to `"glorot_uniform"`.
        bias_initializer: defaults to `"zeros"`.
        kernel_regularizer: penalty on the kernel, or None.
        bias_regularizer: penalty on the bias, or None.
        activity_regularizer: penalty on the output, or None.
        kernel_constraint, bias_constraint: what is done to kernel and bias after each update, or None.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for sizes that are not positive, strides together with dilation, or an output padding
            that is too large.

    >>> import numpy as np
    >>> Conv3DTranspose(8, 3, strides=2, padding="same")(np.ones((1, 2, 2, 2, 3))).shape
    (1, 4, 4, 4, 8)
    """

    rank = 3

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        output_padding: Any = None,
        dilation_rate: Any = (1, 1, 1),
        activation: ActivationName | Any = None,
        use_bias: bool = True,
        kernel_initializer: InitializerName | Any = "glorot_uniform",
        bias_initializer: InitializerName | Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            output_padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            **kwargs,
        )


# Keras's second names.
Convolution1DTranspose = Conv1DTranspose
Convolution2DTranspose = Conv2DTranspose
Convolution3DTranspose = Conv3DTranspose
