"""What a built model computes at inference, step by step: what exports write down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lamella.base.types import Array
from lamella.export.ops import exported_op
from lamella.graph.builder import Operation
from lamella.layers.core.input_layer import InputLayer

if TYPE_CHECKING:
    from lamella.graph.base_model import BaseModel


# Operations that hand their input on at inference; random_transform does when it cuts nothing.
class Constant(NamedTuple):
    """The values of a variable, and its path below the model, "dense/kernel"."""

    name: str
    array: Array


class Step(NamedTuple):
    """An operation at inference.

    Attributes:
        op: its name, as in `lamella.graph.builder.Operation`.
        inputs: ids of the values it reads; 0 is the input of the model.
        output: id of the value it makes.
        constants: its variables, None for those that are left out.
        attributes: its settings.
        name: path of its layer below the model.
        input_shapes, shape: shapes of its inputs and its output, without the batch axis.
    """

    op: str
    inputs: tuple[int, ...]
    output: int
    constants: tuple[Constant | None, ...]
    attributes: dict[str, Any]
    name: str
    input_shapes: tuple[tuple[int, ...], ...]
    shape: tuple[int, ...]


class Window(NamedTuple):
    """The window of a convolution or a pooling, by axis."""

    taps: tuple[int, ...]
    strides: tuple[int, ...]
    dilation: tuple[int, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]


def window_of(step: Step) -> Window:
    """The window of a step that moves one."""
    rank = len(step.input_shapes[0]) - 1
    kernel = step.constants[0] if step.constants else None
    taps = step.attributes.get("taps") or (kernel.array.shape[:rank] if kernel is not None else ())

    def numbers(key: str, otherwise: int) -> tuple[int, ...]:
        return tuple(int(n) for n in step.attributes.get(key, [otherwise] * rank))

    return Window(
        tuple(int(n) for n in taps),
        numbers("strides", 1),
        numbers("dilation", 1),
        numbers("before", 0),
        numbers("after", 0),
    )


def repeated_parameters(step: Step) -> list[Constant | None]:
    """Factor and offset of a row normalisation, one for each element of a group's row: (groups, columns)."""
    groups, segments = int(step.attributes["groups"]), int(step.attributes["segments"])
    repeated: list[Constant | None] = []
    for constant in step.constants:
        if constant is not None:
            rows = np.tile(constant.array.reshape(groups, -1), (1, segments))
            constant = Constant(constant.name, rows)
        repeated.append(constant)
    return repeated


class Inference:
    """The steps of a model at inference; those that only training needs are left out.

    Args:
        model: the model, built.

    Raises:
        ValueError: when it is not built, an axis other than the batch has no known length, or a layer is
            written in Python.

    >>> import lamella
    >>> model = lamella.Sequential([lamella.Input((4,)), lamella.layers.Dense(3, "relu"),
    ...                             lamella.layers.Dropout(0.5)])
    >>> [(step.op, step.shape) for step in Inference(model).steps]
    [('dense', (3,)), ('activation', (3,))]
    """

    def __init__(self, model: BaseModel) -> None:
        if not model.built:
            raise ValueError(f"Model '{model.name}' is not built and cannot be exported: call build() first")
        self.input_shape = tuple(axis for axis in model.input_shape[1:] if axis is not None)
        if len(self.input_shape) + 1 < len(model.input_shape):
            raise ValueError(
                f"Model '{model.name}' takes inputs of shape {model.input_shape} and cannot be exported: all "
                "axes but the batch must have a known length"
            )
        self.model_name = model.name
        self.dtype = model.dtype
        self.input_name = next(layer.name for layer in model.walk() if isinstance(layer, InputLayer))
        self.output_name = model.layers[-1].name
        self._scope = f"{model.path}/"
        program = model.program_for(self.input_shape)
        made = [value for operation in program.operations for value in operation.outputs]
        self._shapes = {value.id: value.shape for value in (*program.inputs, *made)}
        self._same: dict[int, int] = {}
        self.steps = [step for operation in program.operations for step in self._steps_of(operation)]
        [output] = program.outputs
        self.output = self._same.get(output.id, output.id)
        self.output_shape = self._shapes[self.output]

    def _steps_of(self, operation: Operation) -> Iterator[Step]:
        known = exported_op(operation.op)
        if known.why_not:
            raise ValueError(
                f"Layer '{operation.layer.name}' ({type(operation.layer).__name__}) {known.why_not} and "
                "cannot be exported"
            )
        inputs = [self._same.get(value.id, value.id) for value in operation.inputs]
        [output] = operation.outputs
        if known.training_only:
            value = inputs[0]
            for axis, wanted in enumerate(output.shape):
                if self._shapes[value][axis] != wanted:
                    step = self._middle(operation, value, axis, wanted)
                    yield step
                    value = step.output
            self._same[output.id] = value
            return
        constants = [
            None if variable is None else Constant(variable.path.removeprefix(self._scope), variable.numpy())
            for variable in operation.variables
        ]
        yield self._step(operation, operation.op, inputs, output.id, constants, operation.attributes)

    def _middle(self, operation: Operation, value: int, axis: int, wanted: int) -> Step:
        """What random cropping does at inference, on one axis."""
        shape = list(self._shapes[value])
        first = (shape[axis] - wanted) // 2
        shape[axis] = wanted
        output = -len(self._shapes)  # below the ids of the program
        self._shapes[output] = tuple(shape)
        attributes = {
            "axis": axis,
            "starts": list(range(wanted + 1)),
            "sources": list(range(first, first + wanted)),
            "weights": [1.0] * wanted,
        }
        return self._step(operation, "map_axis", [value], output, [], attributes)

    def _step(
        self,
        operation: Operation,
        op: str,
        inputs: Sequence[int],
        output: int,
        constants: Sequence[Constant | None],
        attributes: dict[str, Any],
    ) -> Step:
        return Step(
            op,
            tuple(inputs),
            output,
            tuple(constants),
            attributes,
            operation.layer.path.removeprefix(self._scope),
            tuple(self._shapes[value] for value in inputs),
            self._shapes[output],
        )
