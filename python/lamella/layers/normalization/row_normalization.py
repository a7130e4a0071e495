"""What layers that normalise each row by its own statistics have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lamella.base.checks import axes, number
from lamella.base.types import Config, Shape
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import Layer, owner_of
from lamella.graph.value import Value
from lamella.layers.normalization.affine import Affine
from lamella.variable import Variable


class RowNormalization(Layer):
    """Base class of layers that normalise rows along `axis`, with an optional factor and offset.

    Args:
        axis: an axis, or several, behind the batch axis, which counts; normalised together.
        epsilon: keeps the divisor from 0; positive.
        **kwargs: see `Layer`.

    Raises:
        ValueError: when `epsilon` is not positive, or for an axis that inputs do not have.
    """

    centred = False
    unit = False

    def __init__(self, axis: Any, epsilon: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.epsilon = number(owner_of(self), "epsilon", epsilon, above=0)
        checked = axes(owner_of(self), "axis", axis)
        self.axis: int | list[int] = checked if isinstance(checked, int) else list(checked)

    def row_axes(self, input_shape: Sequence[int | None]) -> list[int]:
        """The normalised axes among those of a row, ascending."""
        rank = len(input_shape)
        named = [self.axis] if isinstance(self.axis, int) else self.axis
        if not all(-rank <= axis < rank and axis % rank for axis in named):
            raise ValueError(
                f"{type(self).__name__} '{self.name}': 'axis' must name axes behind the batch axis of inputs "
                f"of shape {tuple(input_shape)}. Received: axis={self.axis!r}"
            )
        return sorted({axis % rank - 1 for axis in named})

    def parameter_shape(self, input_shape: Shape) -> tuple[int, ...]:
        """The shape of factor and offset: the lengths of the normalised axes."""
        lengths = [input_shape[axis + 1] for axis in self.row_axes(input_shape)]
        known = tuple(length for length in lengths if length is not None)
        if len(known) < len(lengths):
            raise ValueError(
                f"{type(self).__name__} '{self.name}' needs the lengths of the axes {self.axis!r}. Received: "
                f"inputs of shape {tuple(input_shape)}"
            )
        return known

    def normalise(
        self, builder: ProgramBuilder, value: Value, variables: Sequence[Variable | None] = (None, None)
    ) -> Value:
        """Append the normalisation of the axes, with factor and offset, to a program."""
        attributes = {
            "centred": int(self.centred),
            "unit": int(self.unit),
            "epsilon": self.epsilon,
            "groups": 1,
            "segments": 1,
        }
        return builder.along(
            self,
            value,
            self.row_axes((None, *value.shape)),
            lambda moved: builder.add(self, "row_normalization", moved, variables, attributes),
        )


class AffineRowNormalization(RowNormalization, Affine):
    """Base class of those with gamma and beta.

    Args:
        axis, epsilon: as of `RowNormalization`.
        center, scale, beta_initializer, gamma_initializer, beta_regularizer, gamma_regularizer,
            beta_constraint, gamma_constraint: as of `LayerNormalization`.
        **kwargs: see `Layer`.
    """

    centred = True

    def __init__(
        self,
        axis: Any,
        epsilon: float,
        center: bool,
        scale: bool,
        beta_initializer: Any,
        gamma_initializer: Any,
        beta_regularizer: Any,
        gamma_regularizer: Any,
        beta_constraint: Any,
        gamma_constraint: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(axis, epsilon, **kwargs)
        self.set_affine(
            center,
            scale,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            beta_constraint,
            gamma_constraint,
        )

    def build(self, input_shape: Shape) -> None:
        self.build_affine(self.parameter_shape(input_shape))
        super().build(input_shape)

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "axis": self.axis,
            "epsilon": self.epsilon,
            **self.affine_config(),
        }
