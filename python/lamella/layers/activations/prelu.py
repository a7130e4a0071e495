"""The leaky ReLU that learns its slopes."""

from __future__ import annotations

from typing import Any

from lamella import constraints, initializers, regularizers
from lamella.base.checks import axes, entries_of
from lamella.base.names import InitializerName
from lamella.base.types import Config, Shape
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import Layer, owner_of, resolved
from lamella.graph.value import Value
from lamella.variable import Variable


class PReLU(Layer):
    """x where positive, else `alpha * x`, with an alpha for each element of a row.

    He et al., arXiv 1502.01852.

    Args:
        alpha_initializer: defaults to `"Zeros"`.
        alpha_regularizer: penalty on alpha, or None.
        alpha_constraint: what is done to alpha after each update, or None.
        shared_axes: axes along which one alpha serves all, counted with the batch axis, or None.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for a name that is not known; when built, for an axis that inputs do not have.

    >>> import numpy as np
    >>> PReLU("ones")(np.array([[-1.0, 2.0]])).tolist()
    [[-1.0, 2.0]]
    """

    def __init__(
        self,
        alpha_initializer: InitializerName | Any = "Zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.alpha_initializer = resolved(self, "alpha_initializer", initializers.get, alpha_initializer)
        self.alpha_regularizer = resolved(self, "alpha_regularizer", regularizers.get, alpha_regularizer)
        self.alpha_constraint = resolved(self, "alpha_constraint", constraints.get, alpha_constraint)
        self.shared_axes: list[int] | None = None
        if shared_axes is not None and entries_of(shared_axes) != ():
            shared = axes(owner_of(self), "shared_axes", shared_axes)
            self.shared_axes = [shared] if isinstance(shared, int) else list(shared)
        self.alpha: Variable

    def build(self, input_shape: Shape) -> None:
        shape = list(input_shape[1:])
        for axis in self.shared_axes or []:
            if not 1 <= axis <= len(shape):
                raise ValueError(
                    f"PReLU '{self.name}': 'shared_axes' must be among 1 to {len(shape)} for inputs of shape "
                    f"{tuple(input_shape)}. Received: {self.shared_axes}"
                )
            shape[axis - 1] = 1
        if not shape or any(size is None for size in shape):
            raise ValueError(
                f"PReLU '{self.name}' needs inputs of a known shape. Received: {tuple(input_shape)}"
            )
        self.alpha = self.add_configured_weight(tuple(size for size in shape if size is not None), "alpha")
        super().build(input_shape)

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        return [builder.add(self, "prelu", value, [self.alpha])]

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "alpha_initializer": initializers.serialize(self.alpha_initializer),
            "alpha_regularizer": regularizers.serialize(self.alpha_regularizer),
            "alpha_constraint": constraints.serialize(self.alpha_constraint),
            "shared_axes": self.shared_axes,
        }
