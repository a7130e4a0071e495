"""The kernel, the bias and the activation of layers that multiply."""

from __future__ import annotations

from typing import Any

from lamella import activations, constraints, initializers, regularizers
from lamella.activations.lookup import steps
from lamella.base.checks import flag
from lamella.base.names import ActivationName
from lamella.base.types import Config
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import Layer, owner_of, resolved
from lamella.graph.value import Value
from lamella.variable import Variable


class Biased(Layer):
    """Base class of layers that end in a bias, which may be missing, and an activation."""

    bias: Variable | None

    def set_bias(
        self,
        activation: ActivationName | Any,
        use_bias: bool,
        bias_initializer: Any,
        bias_regularizer: Any,
        bias_constraint: Any,
    ) -> None:
        """Take over the arguments of the constructor."""
        self.activation = resolved(self, "activation", activations.get, activation)
        self.use_bias = flag(owner_of(self), "use_bias", use_bias)
        self.bias_initializer = resolved(self, "bias_initializer", initializers.get, bias_initializer)
        self.bias_regularizer = resolved(self, "bias_regularizer", regularizers.get, bias_regularizer)
        self.bias_constraint = resolved(self, "bias_constraint", constraints.get, bias_constraint)
        self.bias = None

    def build_bias(self, size: int) -> None:
        """Create the bias, where it is wanted."""
        if self.use_bias:
            self.bias = self.add_configured_weight((size,), "bias")

    def emit_activation(self, builder: ProgramBuilder, value: Value) -> Value:
        """Append the activation; returns the id of the output."""
        return builder.activation(self, value, steps(self.activation))

    def bias_config(self) -> Config:
        """The constructor's arguments that `set_bias` took."""
        return {
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "bias_constraint": constraints.serialize(self.bias_constraint),
        }


class KernelAndBias(Biased):
    """Base class of layers with one kernel besides."""

    kernel: Variable

    def set_kernel(self, kernel_initializer: Any, kernel_regularizer: Any, kernel_constraint: Any) -> None:
        """Take over the arguments of the constructor."""
        self.kernel_initializer = resolved(self, "kernel_initializer", initializers.get, kernel_initializer)
        self.kernel_regularizer = resolved(self, "kernel_regularizer", regularizers.get, kernel_regularizer)
        self.kernel_constraint = resolved(self, "kernel_constraint", constraints.get, kernel_constraint)

    def build_kernel_and_bias(self, shape: tuple[int, ...], size: int) -> None:
        """Create a kernel of this shape, and a bias of this size where it is wanted."""
        self.kernel = self.add_configured_weight(shape, "kernel")
        self.build_bias(size)

    def kernel_config(self) -> Config:
        """The constructor's arguments that `set_kernel` and `set_bias` took."""
        return {
            **self.bias_config(),
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
        }
