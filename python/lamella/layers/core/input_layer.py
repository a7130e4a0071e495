"""Input: the shape of what a model takes."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella.base import config as settings
from lamella.base.checks import integer
from lamella.base.checks import shape as lengths
from lamella.base.types import Config, Shape
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import Layer
from lamella.graph.value import Value


class InputLayer(Layer):
    """Declares the shape of a model's input; made by `Input`.

    Args:
        shape: shape without the batch axis; None for an axis of unknown length.
        batch_size: a fixed batch size, shown in summaries, or None.
        dtype: the type of the data, for configs; inputs of any real type are taken.
        sparse, ragged, input_tensor, optional: must have their default.
        batch_shape: shape with the batch axis, instead of `shape` and `batch_size`.
        name: a name.
        **kwargs: `input_shape` and `batch_input_shape` are older names of `shape` and `batch_shape`.

    Raises:
        ValueError: when neither or both of `shape` and `batch_shape` are given, an axis is not a
            positive integer, or the type is not one of real numbers.

    >>> InputLayer(input_shape=[28, 28]).shape
    (None, 28, 28)
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
        **kwargs: Any,
    ) -> None:
        shape = kwargs.pop("input_shape", shape)
        batch_shape = kwargs.pop("batch_input_shape", batch_shape)
        super().__init__(name=name, **kwargs)
        del self.dtype  # that of the data may be any
        self.refuse(
            sparse=(False if sparse is None else sparse, False),
            ragged=(False if ragged is None else ragged, False),
            input_tensor=(input_tensor, None),
            optional=(optional, False),
        )
        owner = f"Input '{self.name}'"
        if (shape is None) == (batch_shape is None):
            raise ValueError(f"{owner}: pass either 'shape' or 'batch_shape'")
        if batch_size is not None and batch_shape is not None:
            raise ValueError(f"{owner}: 'batch_shape' begins with the batch axis, leave 'batch_size' out")
        if batch_shape is None:
            rows = None if batch_size is None else integer(owner, "batch_size", batch_size, 1)
            self.batch_shape: Shape = (rows, *lengths(owner, "shape", shape))
        else:
            self.batch_shape = lengths(owner, "batch_shape", batch_shape)
        if not self.batch_shape:
            raise ValueError(f"{owner}: 'batch_shape' must begin with the batch axis")
        self.dtype = settings.floatx() if dtype is None else _real_type(dtype)
        self.build(self.batch_shape)

    def check_change(self, name: str, changed: Any) -> None:
        if self.built:
            raise ValueError(f"Input '{self.name}': '{name}' cannot be changed: make a new one")

    @property
    def shape(self) -> Shape:
        """The shape with the batch axis, as of Keras's symbolic tensors."""
        return self.batch_shape

    @shape.setter
    def shape(self, value: Any) -> None:
        raise ValueError(f"Input '{self.name}': 'shape' cannot be changed once it is made: make a new one")

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        return values

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
    if isinstance(dtype, str) and dtype == "bfloat16":
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
