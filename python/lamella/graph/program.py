"""A layer, or a whole model, flattened into one native program."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from lamella import _core
from lamella.base import seeding
from lamella.base.results import ArrayResult
from lamella.base.settings import Version
from lamella.base.types import Array
from lamella.data.elements import COMPUTED
from lamella.graph.builder import ProgramBuilder

if TYPE_CHECKING:
    from lamella.graph.layer import Layer


class Program:
    """A flattened layer for inputs of one shape.

    Args:
        layer: the layer, built.
        feature_shape: shape of the input without the batch axis.

    Raises:
        ValueError: for a shape that holds nothing, or that the layer does not take.
    """

    def __init__(self, layer: Layer, feature_shape: tuple[int, ...]) -> None:
        if 0 in feature_shape:
            raise ValueError(
                f"{type(layer).__name__} '{layer.name}' takes inputs that hold numbers. "
                f"Received: shape {(None, *feature_shape)}"
            )
        self.feature_shape = feature_shape
        self._signature = _signature(layer)
        self._version = Version.number
        _pack(layer)
        self.dtype = layer.dtype
        builder = ProgramBuilder(feature_shape, layer.dtype)
        [output] = builder.emit(layer, builder.inputs)
        builder.native.set_output(output.id)
        self.native = builder.native
        self.operations = builder.operations
        self.inputs = builder.inputs
        self.outputs = [output]
        self.output_shape = output.shape
        self.penalties = builder.penalties
        self.constraints = builder.constraints
        self.variables = layer.weights
        self.is_trained = any(variable.trainable for variable in self.variables)
        self._augments = any(
            operation.op in ("random_transform", "random_color") for operation in self.operations
        )
        self._random_predictors: dict[bool, _core.Predictor] = {}
        self._arenas = _core.Arenas()

    def is_current(self, layer: Layer, feature_shape: tuple[int, ...]) -> bool:
        """Whether it still is what `layer` flattens to for inputs of this shape."""
        if feature_shape != self.feature_shape:
            return False
        if self._version != Version.number:
            if self._signature != _signature(layer):
                return False
            self._version = Version.number
        return True

    def is_alike(self, other: Program) -> bool:
        """Whether both are one model, for inputs of two shapes: a trainer may go from one to the other."""
        if self._signature is not other._signature:
            if self._signature != other._signature:
                return False
            self._signature = other._signature  # the next look is short
        return self.output_shape[-1:] == other.output_shape[-1:]

    def share_memory(self, other: Program) -> None:
        """Predict in the memory of another program, before the first prediction."""
        self._arenas = other._arenas

    def takes(self, x: Any) -> bool:
        """Whether x is an array that nothing has to be looked at or converted for, as in most calls."""
        return (
            type(x) is np.ndarray
            and x.shape[1:] == self.feature_shape
            and x.dtype in COMPUTED
            and len(x) > 0
            and self._version == Version.number
        )

    def predict(self, x: Array, batch_size: int = 0) -> Array:
        """The outputs of all rows of x."""
        return self._inference(x, batch_size)

    @cached_property
    def _inference(self) -> _core.Predictor:
        return _core.Predictor(self.native, arenas=self._arenas)

    def call(self, x: Array, training: bool | None, stream: list[int] | None = None) -> ArrayResult:
        """The outputs of a layer that is called: None changes pictures at random and is inference else.

        Args:
            x: the inputs.
            training: see above.
            stream: what to draw seeds from, None for the stream of the thread.
        """
        if not training and (training is False or not self._augments):
            return self._inference(x, 0, 0, ArrayResult)
        predictor = self._random_predictors.get(bool(training))
        if predictor is None:
            predictor = _core.Predictor(self.native, bool(training), True, self._arenas)
            predictor = self._random_predictors.setdefault(bool(training), predictor)
        return predictor(x, 0, seeding.next_seed(stream), ArrayResult)


def _signature(layer: Layer) -> list[tuple[Any, ...]]:
    """What a program is made of, beside the values of variables."""
    return [member.signature() for member in layer.walk()]


def _pack(layer: Layer) -> None:
    """Move variables built since the last time side by side, for optimizers that run over spans."""
    fresh = [variable for variable in layer.weights if not variable.packed]
    if fresh:
        _core.pack(fresh)
    for variable in fresh:
        variable.packed = True
