"""Dense."""

from __future__ import annotations

from typing import Any

from lamella.activations.lookup import activated_shape
from lamella.base.names import ActivationName, InitializerName
from lamella.base.types import Config, Shape
from lamella.graph.builder import ProgramBuilder
from lamella.graph.value import Value
from lamella.layers.core.kernel_and_bias import KernelAndBias
from lamella.layers.window import size


class Dense(KernelAndBias):
    """`activation(x @ kernel + bias)` on the last axis.

    Input (rows, ..., inputs), output (rows, ..., units); kernel (inputs, units), bias (units,).

    Args:
        units: number of outputs.
        activation: name or function of `lamella.activations`. Defaults to None, linear.
        use_bias: whether to add a bias. Defaults to True.
        kernel_initializer: defaults to `"glorot_uniform"`.
        bias_initializer: defaults to `"zeros"`.
        kernel_regularizer: penalty on the kernel, or None.
        bias_regularizer: penalty on the bias, or None.
        activity_regularizer: penalty on the output, or None.
        kernel_constraint, bias_constraint: what is done to kernel and bias after each update, or None.
        lora_rank, lora_alpha, quantization_config: must have their default.
        **kwargs: see `Layer`.

    Raises:
        ValueError: when `units` is not a positive integer, or for a name that is not known.

    >>> import numpy as np
    >>> Dense(2, kernel_initializer="ones", activation="relu")(np.ones((1, 3))).tolist()
    [[3.0, 3.0]]
    """

    def __init__(
        self,
        units: int,
        activation: ActivationName | Any = None,
        use_bias: bool = True,
        kernel_initializer: InitializerName | Any = "glorot_uniform",
        bias_initializer: InitializerName | Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.refuse(
            lora_rank=(lora_rank, None),
            lora_alpha=(lora_alpha, None),
            quantization_config=(quantization_config, None),
        )
        self.units = size(self, "units", units)
        self.set_kernel(kernel_initializer, kernel_regularizer, kernel_constraint)
        self.set_bias(activation, use_bias, bias_initializer, bias_regularizer, bias_constraint)

    def build(self, input_shape: Shape) -> None:
        inputs = input_shape[-1]
        if len(input_shape) < 2 or not inputs:
            raise ValueError(
                f"Dense '{self.name}' needs inputs of shape (rows, ..., inputs) whose last axis is known and "
                f"not empty. Received: {tuple(input_shape)}"
            )
        self.build_kernel_and_bias((inputs, self.units), self.units)
        super().build(input_shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return activated_shape(self.activation, (*input_shape[:-1], self.units))

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        value = builder.add(self, "dense", value, [self.kernel, self.bias])
        return [self.emit_activation(builder, value)]

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "units": self.units,
            **self.kernel_config(),
        }
