"""Input: the shape of what a model takes."""

from __future__ import annotations

from typing import Any

from lamella import config as settings
from lamella._types import Config, Shape
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
        ValueError: when neither or both of `shape` and `batch_shape` are given, or an axis is not positive.
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
        self.batch_shape: Shape = tuple(None if axis is None else int(axis) for axis in batch_shape)
        if len(self.batch_shape) < 2 or any(axis is not None and axis < 1 for axis in self.batch_shape):
            raise ValueError(
                f"Input '{self.name}': a shape needs at least one axis besides the batch, all of them "
                "positive. "
                f"Received: {self.batch_shape}"
            )
        self.dtype = settings.floatx() if dtype is None else str(dtype)
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
