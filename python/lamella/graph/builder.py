"""What layers write their operations to."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lamella import _core
from lamella.base import memory
from lamella.base.overrides import defined_by_user
from lamella.base.types import Spec
from lamella.graph.input_spec import require_expected
from lamella.graph.value import Value

if TYPE_CHECKING:
    from lamella.graph.layer import Layer
    from lamella.variable import Variable


class Operation(NamedTuple):
    """An operation of a program, as it was appended: what exports walk over.

    Attributes:
        op: its name, `"dense"`; `"python"` for a layer written in Python, `"penalty"` for an activity
            regulariser, which hands its input on.
        inputs: the values it reads.
        outputs: the values it makes.
        variables: its variables, None for those that are left out.
        attributes: its settings.
        layer: the layer it belongs to.
    """

    op: str
    inputs: list[Value]
    outputs: list[Value]
    variables: Sequence[Variable | None]
    attributes: dict[str, Any]
    layer: Layer


class ProgramBuilder:
    """What `Layer.emit` writes to: appends operations, gathers penalties and constraints.

    Args:
        feature_shape: shape of the input without the batch axis.
        dtype: the numeric type of all layers.

    Attributes:
        inputs: the values that the program is given.
    """

    def __init__(self, feature_shape: tuple[int, ...], dtype: str) -> None:
        self.native = _core.Program(feature_shape, dtype)
        self.penalties: list[tuple[_core.Variable, str, dict[str, Any]]] = []
        self.constraints: list[tuple[_core.Variable, str, dict[str, Any]]] = []
        self.operations: list[Operation] = []
        self.inputs = [Value(0, tuple(feature_shape), dtype)]
        self._dtype = dtype
        self._trainable = True
        self._visited: set[int] = set()

    def emit(self, layer: Layer, values: list[Value]) -> list[Value]:
        """Append a layer's operations to values; returns its outputs."""
        outer = self._trainable
        self._trainable = outer and layer.trainable
        if self._trainable and id(layer) not in self._visited:
            self.penalties += layer.penalty_specs()
            self.constraints += layer.constraint_specs()
        self._visited.add(id(layer))
        for value in values:
            shape = (None, *value.shape)
            if layer.input_spec is not None:
                require_expected(layer, shape)
            if not layer.is_in_python() and next(layer.parts(), None) is None:
                # Refuses what does not fit, by name.
                self._require(layer, layer.compute_output_shape(shape)[1:])
        outputs = self._emitted(layer, values)
        if layer.activity_regularizer is not None:
            spec = layer.activity_regularizer.spec()
            outputs = [self._penalised(layer, output, spec) for output in outputs]
        self._trainable = outer
        return outputs

    def _penalised(self, layer: Layer, value: Value, spec: Spec) -> Value:
        """The value as it is, a penalty of it added to the loss."""
        output = value._replace(id=self.native.add_penalty(value.id, *spec, layer.name))
        self.operations.append(Operation("penalty", [value], [output], [], {}, layer))
        return output

    def _emitted(self, layer: Layer, values: list[Value]) -> list[Value]:
        """The outputs of a layer, of the user's `forward` where there is one."""
        written = defined_by_user(type(layer))
        if "forward" in written and "emit" not in written:
            return [self.python(layer, value, layer.call_forward, layer.call_backward) for value in values]
        try:
            return layer.emit(self, values)
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
        value: Value,
        variables: Sequence[Variable | None] = (),
        attributes: dict[str, Any] | None = None,
        trains: bool = True,
    ) -> Value:
        """Append one operation of a layer; returns its output.

        Args:
            layer: the layer.
            op: its name.
            value: the input.
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
        values: list[Value],
        variables: list[Variable | None],
        attributes: dict[str, Any],
        layer: Layer,
        trains: bool = True,
    ) -> Value:
        trainable = self._trainable and trains
        ids = [value.id for value in values]
        output = self._made(self.native.add(op, ids, variables, attributes, layer.name, trainable))
        self._require(layer, output.shape)
        self.operations.append(Operation(op, values, [output], variables, attributes, layer))
        return output

    def _made(self, number: int) -> Value:
        """The value of this number."""
        return Value(number, tuple(self.native.shape(number)), self._dtype)

    def python(self, layer: Layer, value: Value, forward: Any, backward: Any) -> Value:
        """Append a layer written in Python; returns its output.

        Args:
            layer: the layer.
            value: the input.
            forward: called with inputs and whether this is training, returns outputs.
            backward: called with inputs, outputs and the gradient by these, returns the gradient by the
                inputs or a pair of it and the gradients by the trainable variables.
        """
        output_shape = layer.compute_output_shape((None, *value.shape))[1:]
        known = [int(axis) for axis in output_shape if axis is not None]
        variables = list(layer._variables)
        output = self._made(
            self.native.add_python(value.id, variables, known, forward, backward, layer.name, self._trainable)
        )
        self.operations.append(Operation("python", [value], [output], variables, {}, layer))
        return output

    def activation(self, layer: Layer, value: Value, steps: Sequence[Spec]) -> Value:
        """Append the steps of an activation; nothing where it is linear."""
        for kind, attributes in steps:
            value = self.add(layer, "activation", value, attributes={"kind": kind, **attributes})
        return value

    def map_axis(
        self, layer: Layer, value: Value, axis: int, terms: Sequence[Sequence[tuple[int, float]]]
    ) -> Value:
        """Append an operation after which an axis holds weighted sums of what it held before.

        Args:
            layer: the layer whose operation this is.
            value: the input.
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

    def crop(self, layer: Layer, value: Value, axis: int, first: int, length: int) -> Value:
        """Append an operation that leaves `length` positions of an axis; nothing where all stay."""
        if length == value.shape[axis]:
            return value
        return self.map_axis(layer, value, axis, [[(first + i, 1.0)] for i in range(length)])

    def pad(self, layer: Layer, value: Value, axis: int, before: int, after: int) -> Value:
        """Append an operation that puts zeros before and after an axis; nothing where there are none."""
        if not before and not after:
            return value
        nothing: list[tuple[int, float]] = []
        kept = [[(i, 1.0)] for i in range(value.shape[axis])]
        return self.map_axis(layer, value, axis, [nothing] * before + kept + [nothing] * after)

    def merge(self, layer: Layer, op: str, values: Sequence[Value]) -> Value:
        """Append `"add"` or `"concatenate"` of several values; returns the output."""
        return self._append(op, list(values), [], {}, layer)

    def along(
        self, layer: Layer, value: Value, axes: list[int], operation: Callable[[Value], Value]
    ) -> Value:
        """Append an operation on the last axis so that it works on these axes of a row, taken together.

        Args:
            layer: the layer whose operations these are.
            value: the input.
            axes: ascending axes, the batch axis not counted.
            operation: appends the operation to a value and returns its output, of the same shape.
        """
        shape = value.shape
        order = [axis for axis in range(len(shape)) if axis not in axes] + axes
        moved = order != list(range(len(shape)))
        if moved:
            value = self.add(layer, "permute", value, attributes={"axes": order})
        arranged = list(value.shape)
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
