"""A layer, or a whole model, flattened into one native program."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lamella import _core
from lamella.base import memory, seeding
from lamella.base.overrides import defined_by_user
from lamella.base.results import ArrayResult
from lamella.base.settings import Version
from lamella.base.types import Array, Spec
from lamella.data.elements import COMPUTED
from lamella.graph.input_spec import require_expected

if TYPE_CHECKING:
    from lamella.graph.layer import Layer
    from lamella.variable import Variable


class Operation(NamedTuple):
    """An operation of a program, as it was appended: what exports walk over.

    Attributes:
        op: its name, `"dense"`; `"python"` for a layer written in Python, `"penalty"` for an activity
            regulariser, which hands its input on.
        inputs: ids of the values it reads; 0 is the input of the program.
        output: id of the value it makes.
        variables: its variables, None for those that are left out.
        attributes: its settings.
        layer: the layer it belongs to.
    """

    op: str
    inputs: Sequence[int]
    output: int
    variables: Sequence[Variable | None]
    attributes: dict[str, Any]
    layer: Layer


class ProgramBuilder:
    """What `Layer.emit` writes to: appends operations, gathers penalties and constraints.

    Args:
        feature_shape: shape of the input without the batch axis.
        dtype: the numeric type of all layers.
    """

    def __init__(self, feature_shape: tuple[int, ...], dtype: str) -> None:
        self.native = _core.Program(feature_shape, dtype)
        self.penalties: list[tuple[_core.Variable, str, dict[str, Any]]] = []
        self.constraints: list[tuple[_core.Variable, str, dict[str, Any]]] = []
        self.operations: list[Operation] = []
        self._dtype = dtype
        self._trainable = True
        self._visited: set[int] = set()

    def emit(self, layer: Layer, value: int) -> int:
        """Append a layer's operations to a value; returns the id of its output."""
        outer = self._trainable
        self._trainable = outer and layer.trainable
        if self._trainable and id(layer) not in self._visited:
            self.penalties += layer.penalty_specs()
            self.constraints += layer.constraint_specs()
        self._visited.add(id(layer))
        if layer.input_spec is not None:
            require_expected(layer, (None, *self.shape(value)))
        if not layer.is_in_python() and next(layer.parts(), None) is None:
            # Refuses what does not fit, by name.
            self._require(layer, layer.compute_output_shape((None, *self.shape(value)))[1:])
        output = self._emitted(layer, value)
        if layer.activity_regularizer is not None:
            spec = layer.activity_regularizer.spec()
            penalised = self.native.add_penalty(output, *spec, layer.name)
            self.operations.append(Operation("penalty", [output], penalised, [], {}, layer))
            output = penalised
        self._trainable = outer
        return output

    def _emitted(self, layer: Layer, value: int) -> int:
        """The output of a layer, of the user's `forward` where there is one."""
        written = defined_by_user(type(layer))
        if "forward" in written and "emit" not in written:
            return self.python(layer, value, layer.call_forward, layer.call_backward)
        try:
            return layer.emit(self, value)
        except AttributeError as error:
            if "build" not in written:
                raise
            raise ValueError(
                f"{type(layer).__name__} '{layer.name}': {error}, which build() must make: call "
                "super().build() or add_weight() there"
            ) from error

    def add(
        self,
        layer: Layer,
        op: str,
        value: int,
        variables: Sequence[Variable | None] = (),
        attributes: dict[str, Any] | None = None,
        trains: bool = True,
    ) -> int:
        """Append one operation of a layer; returns the id of its output.

        Args:
            layer: the layer.
            op: its name.
            value: id of the input.
            variables: its variables, None for those that are left out.
            attributes: its settings.
            trains: False where it stays what it is at inference, though the layer is trainable.
        """
        if layer.dtype != self._dtype:
            raise ValueError(
                f"Layer '{layer.name}' computes in {layer.dtype} and cannot stand behind layers in "
                f"{self._dtype}: "
                "a model has one numeric type"
            )
        return self._append(op, [value], list(variables), attributes or {}, layer, trains)

    def _append(
        self,
        op: str,
        values: list[int],
        variables: list[Variable | None],
        attributes: dict[str, Any],
        layer: Layer,
        trains: bool = True,
    ) -> int:
        trainable = self._trainable and trains
        output = self.native.add(op, values, variables, attributes, layer.name, trainable)
        self._require(layer, self.native.shape(output))
        self.operations.append(Operation(op, values, output, variables, attributes, layer))
        return output

    def python(self, layer: Layer, value: int, forward: Any, backward: Any) -> int:
        """Append a layer written in Python; returns the id of its output.

        Args:
            layer: the layer.
            value: id of the input.
            forward: called with inputs and whether this is training, returns outputs.
            backward: called with inputs, outputs and the gradient by these, returns the gradient by the
                inputs or a pair of it and the gradients by the trainable variables.
        """
        output_shape = layer.compute_output_shape((None, *self.shape(value)))[1:]
        known = [int(axis) for axis in output_shape if axis is not None]
        variables = list(layer._variables)
        output = self.native.add_python(
            value, variables, known, forward, backward, layer.name, self._trainable
        )
        self.operations.append(Operation("python", [value], output, variables, {}, layer))
        return output

    def activation(self, layer: Layer, value: int, steps: Sequence[Spec]) -> int:
        """Append the steps of an activation; nothing where it is linear."""
        for kind, attributes in steps:
            value = self.add(layer, "activation", value, attributes={"kind": kind, **attributes})
        return value

    def map_axis(
        self, layer: Layer, value: int, axis: int, terms: Sequence[Sequence[tuple[int, float]]]
    ) -> int:
        """Append an operation after which an axis holds weighted sums of what it held before.

        Args:
            layer: the layer whose operation this is.
            value: id of the input.
            axis: axis of a row, the batch axis not counted.
            terms: for each new position the old ones it is made of, with their weights.
        """
        starts = [0]
        for sums in terms:
            starts.append(starts[-1] + len(sums))
        attributes = {
            "axis": axis,
            "starts": starts,
            "sources": [source for sums in terms for source, _ in sums],
            "weights": [weight for sums in terms for _, weight in sums],
        }
        return self.add(layer, "map_axis", value, attributes=attributes)

    def crop(self, layer: Layer, value: int, axis: int, first: int, length: int) -> int:
        """Append an operation that leaves `length` positions of an axis; nothing where all stay."""
        if length == self.shape(value)[axis]:
            return value
        return self.map_axis(layer, value, axis, [[(first + i, 1.0)] for i in range(length)])

    def pad(self, layer: Layer, value: int, axis: int, before: int, after: int) -> int:
        """Append an operation that puts zeros before and after an axis; nothing where there are none."""
        if not before and not after:
            return value
        nothing: list[tuple[int, float]] = []
        kept = [[(i, 1.0)] for i in range(self.shape(value)[axis])]
        return self.map_axis(layer, value, axis, [nothing] * before + kept + [nothing] * after)

    def merge(self, layer: Layer, op: str, values: Sequence[int]) -> int:
        """Append `"add"` or `"concatenate"` of several values; returns the id of the output."""
        return self._append(op, list(values), [], {}, layer)

    def along(self, layer: Layer, value: int, axes: list[int], operation: Callable[[int], int]) -> int:
        """Append an operation on the last axis so that it works on these axes of a row, taken together.

        Args:
            layer: the layer whose operations these are.
            value: id of the input.
            axes: ascending axes, the batch axis not counted.
            operation: appends the operation to a value and returns its output, of the same shape.
        """
        shape = self.shape(value)
        order = [axis for axis in range(len(shape)) if axis not in axes] + axes
        moved = order != list(range(len(shape)))
        if moved:
            value = self.add(layer, "permute", value, attributes={"axes": order})
        arranged = list(self.shape(value))
        if len(axes) > 1:
            folded = [*arranged[: -len(axes)], math.prod(arranged[-len(axes) :])]
            value = self.add(layer, "reshape", value, attributes={"shape": folded})
        value = operation(value)
        if len(axes) > 1:
            value = self.add(layer, "reshape", value, attributes={"shape": arranged})
        if moved:
            back = [order.index(axis) for axis in range(len(order))]
            value = self.add(layer, "permute", value, attributes={"axes": back})
        return value

    def _require(self, layer: Layer, shape: Sequence[int | None]) -> None:
        """Refuse values of which one row does not fit into memory."""
        size = math.prod(1 if axis is None else axis for axis in shape) * np.dtype(self._dtype).itemsize
        owner = f"{type(layer).__name__} '{layer.name}'"
        memory.require(owner, f"a row of its outputs, of shape {tuple(shape)}", size)

    def shape(self, value: int) -> tuple[int, ...]:
        """Shape of a value without the batch axis."""
        return self.native.shape(value)


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
        output = builder.emit(layer, 0)
        builder.native.set_output(output)
        self.native = builder.native
        self.operations = builder.operations
        self.output = output
        self.output_shape = tuple(builder.shape(output))
        self.penalties = builder.penalties
        self.constraints = builder.constraints
        self.variables = layer.weights
        self.is_trained = any(variable.trainable for variable in self.variables)
        self._augments = any(
            operation.op in ("random_transform", "random_color") for operation in self.operations
        )
        self._random_predictors: dict[bool, _core.Predictor] = {}

    def is_current(self, layer: Layer, feature_shape: tuple[int, ...]) -> bool:
        """Whether it still is what `layer` flattens to for inputs of this shape."""
        if feature_shape != self.feature_shape:
            return False
        if self._version != Version.number:
            if self._signature != _signature(layer):
                return False
            self._version = Version.number
        return True

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
        return _core.Predictor(self.native)

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
            predictor = _core.Predictor(self.native, bool(training), True)
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
