"""Convolution."""

from __future__ import annotations

from typing import Any

from lamella.activations.lookup import activated_shape
from lamella.base.names import ActivationName, InitializerName
from lamella.base.types import Config, Shape
from lamella.graph.builder import ProgramBuilder
from lamella.graph.value import Value
from lamella.layers.core.kernel_and_bias import KernelAndBias
from lamella.layers.window import KernelWindow, Window, channels_last, known_channels, size, spatial_shape


class Convolution(KernelWindow, KernelAndBias):
    """Base class of `Conv1D`, `Conv2D` and `Conv3D`: see there."""

    rank: int

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any,
        padding: str,
        data_format: str | None,
        dilation_rate: Any,
        groups: int,
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
        self.groups = size(self, "groups", groups)
        self.window = Window(
            self,
            self.rank,
            ("kernel_size", kernel_size),
            strides,
            padding,
            dilation_rate,
            causal=self.rank == 1,
        )
        if self.filters % self.groups:
            raise ValueError(
                f"{type(self).__name__} '{self.name}': 'groups' must divide 'filters'. Received: "
                f"filters={filters}, groups={groups}"
            )
        self.set_kernel(kernel_initializer, kernel_regularizer, kernel_constraint)
        self.set_bias(activation, use_bias, bias_initializer, bias_regularizer, bias_constraint)

    def build(self, input_shape: Shape) -> None:
        spatial_shape(self, input_shape, self.rank)
        channels = known_channels(self, input_shape)
        if channels % self.groups:
            raise ValueError(
                f"{type(self).__name__} '{self.name}': 'groups' must divide the {channels} channels of "
                f"inputs of shape {tuple(input_shape)}. Received: groups={self.groups}"
            )
        self.compute_output_shape(input_shape)
        self.build_kernel_and_bias((*self.window.size, channels // self.groups, self.filters), self.filters)
        super().build(input_shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        spatial = self.window.output_shape(spatial_shape(self, input_shape, self.rank))
        return activated_shape(self.activation, (input_shape[0], *spatial, self.filters))

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        attributes = {**self.window.attributes(value.shape[:-1]), "groups": self.groups}
        value = builder.add(self, "conv", value, [self.kernel, self.bias], attributes)
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
            "groups": self.groups,
            **self.kernel_config(),
        }


class Conv1D(Convolution):
    """Convolution of signals.

    Input (rows, steps, channels), output (rows, steps, filters); kernel (kernel_size,
    channels / groups, filters), bias (filters,).

    Args:
        filters: number of output channels.
        kernel_size: how many inputs the kernel sees along an axis: an integer.
        strides: how far it moves from output to output. Defaults to 1.
        padding: `"valid"`, the default: no output sees beyond the signal; `"same"`: zeros around it, so that
            there is an output for every input (every step of `strides`);
            `"causal"`: zeros before it only, so that no output sees what comes after it.
        data_format: must be None or `"channels_last"`.
        dilation_rate: how far apart the inputs lie that it sees. Defaults to 1; not together with strides.
        groups: into how many groups channels and filters are split, each seeing only its own. Defaults to 1.
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
        ValueError: for sizes that are not positive, strides together with dilation, filters that do not split
            into the groups; when built, for channels that do not, or a kernel larger than the input.

    >>> import numpy as np
    >>> Conv1D(1, 2, kernel_initializer="ones")(np.arange(4.0).reshape(1, 4, 1)).ravel().tolist()
    [1.0, 3.0, 5.0]
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
        groups: int = 1,
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
            data_format,
            dilation_rate,
            groups,
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


class Conv2D(Convolution):
    """Convolution of pictures.

    Input (rows, height, width, channels), output (rows, height, width, filters); kernel (*kernel_size,
    channels / groups, filters), bias (filters,).

    Args:
        filters: number of output channels.
        kernel_size: how many inputs the kernel sees along an axis: an integer or two.
        strides: how far it moves from output to output. Defaults to 1.
        padding: `"valid"`, the default: no output sees beyond the picture; `"same"`: zeros around it, so that
            there is an output for every input (every step of `strides`).
        data_format: must be None or `"channels_last"`.
        dilation_rate: how far apart the inputs lie that it sees. Defaults to 1; not together with strides.
        groups: into how many groups channels and filters are split, each seeing only its own. Defaults to 1.
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
        ValueError: for sizes that are not positive, strides together with dilation, filters that do not split
            into the groups; when built, for channels that do not, or a kernel larger than the input.

    >>> import numpy as np
    >>> Conv2D(8, 3, padding="same", activation="relu")(np.ones((2, 5, 5, 3))).shape
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
        groups: int = 1,
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
            data_format,
            dilation_rate,
            groups,
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


class Conv3D(Convolution):
    """Convolution of volumes.

    Input (rows, depth, height, width, channels), output (rows, depth, height, width, filters); kernel
    (*kernel_size, channels / groups, filters), bias (filters,).

    Args:
        filters: number of output channels.
        kernel_size: how many inputs the kernel sees along an axis: an integer or three.
        strides: how far it moves from output to output. Defaults to 1.
        padding: `"valid"`, the default: no output sees beyond the volume; `"same"`: zeros around it, so that
            there is an output for every input (every step of `strides`).
        data_format: must be None or `"channels_last"`.
        dilation_rate: how far apart the inputs lie that it sees. Defaults to 1; not together with strides.
        groups: into how many groups channels and filters are split, each seeing only its own. Defaults to 1.
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
        ValueError: for sizes that are not positive, strides together with dilation, filters that do not split
            into the groups; when built, for channels that do not, or a kernel larger than the input.

    >>> import numpy as np
    >>> Conv3D(4, 2)(np.ones((2, 3, 5, 5, 1))).shape
    (2, 2, 4, 4, 4)
    """

    rank = 3

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = (1, 1, 1),
        groups: int = 1,
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
            data_format,
            dilation_rate,
            groups,
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
Convolution1D = Conv1D
Convolution2D = Conv2D
Convolution3D = Conv3D
