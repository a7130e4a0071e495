"""Input: the shape of what a model takes."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella import config as settings
from lamella._types import Config, Shape
from lamella.checks import is_positive_integer
from lamella.layers.layer import Layer
from lamella.program import ProgramBuilder


class InputLayer(Layer):
    """Declares the shape of a model's input; made by `Input`.

    Args:
        shape: shape without the batch axis; None for an axis of unknown length.
        batch_size: a fixed batch size, shown in summaries, or None.
        dtype: the type of the data, for configs; inputs of any real type are taken.
        sparse, ragged, input_tensor, optional: must have their default.
        batch_shape: shape with the batch axis, instead of `shape` and `batch_size`.
        name: a name.

    Raises:
        ValueError: when neither or both of `shape` and `batch_shape` are given, an axis is not a
            positive integer, or the type is not one of real numbers.
    """

    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: Any = None,
        sparse: bool | None = None,
        ragged: bool | None = None,
        batch_shape: Any = None,
        input_tensor: Any = None,
        optional: bool = False,
        name: str | None = None,
    ) -> None:
        super().__init__(name=name)
        self.refuse(
            sparse=(sparse or False, False),
            ragged=(ragged or False, False),
            input_tensor=(input_tensor, None),
            optional=(optional, False),
        )
        if (shape is None) == (batch_shape is None):
            raise ValueError(f"Input '{self.name}': pass either 'shape' or 'batch_shape'")
        if batch_shape is None:
            batch_shape = (batch_size, *((shape,) if isinstance(shape, int) else shape))
        axes = tuple(batch_shape)
        if len(axes) < 2 or not all(axis is None or is_positive_integer(axis) for axis in axes):
            raise ValueError(
                f"Input '{self.name}': a shape needs at least one axis besides the batch, all of them "
                f"positive integers or None. Received: {axes}"
            )
        self.batch_shape: Shape = tuple(None if axis is None else int(axis) for axis in axes)
        self.dtype = settings.floatx() if dtype is None else _real_type(dtype)
        self.build(self.batch_shape)

    def emit(self, builder: ProgramBuilder, value: int) -> int:
        return value

    def get_config(self) -> Config:
        return {
            "batch_shape": list(self.batch_shape),
            "dtype": self.dtype,
            "sparse": False,
            "ragged": False,
            "name": self.name,
            "optional": False,
        }


def _real_type(dtype: Any) -> str:
    """The name of a type of real numbers; NumPy does not know Keras's bfloat16."""
    if dtype == "bfloat16":
        return "bfloat16"
    try:
        known = np.dtype(dtype)
    except (TypeError, ValueError):
        known = np.dtype(object)
    if known.kind not in "biuf":
        raise ValueError(f"Input: 'dtype' must be a type of real numbers. Received: {dtype!r}")
    return str(known)


def Input(  # noqa: N802  # Keras's name
    shape: Any = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Any = None,
    name: str | None = None,
    tensor: Any = None,
    optional: bool = False,
) -> InputLayer:
    """Declare the shape of a model's input, as the first entry of a `Sequential`.

    Args:
        shape: shape without the batch axis.
        batch_size, dtype, sparse, ragged, batch_shape, name, tensor, optional: see `InputLayer`.

    >>> Input((28, 28)).batch_shape
    (None, 28, 28)
    """
    return InputLayer(shape, batch_size, dtype, sparse, ragged, batch_shape, tensor, optional, name)
