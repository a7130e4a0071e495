"""A model whose values, and the gradients by them, can be looked at on their way through it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from lamella import _core
from lamella.base.types import Array, Spec
from lamella.graph.builder import ProgramBuilder
from lamella.graph.value import Value
from lamella.layers import InputLayer, Layer
from lamella.models import Model

PLAIN_SGD: Spec = ("sgd", {"momentum": 0.0, "nesterov": False})
"""An optimizer without slots, for trainers that never take a step that counts."""

INPUT, PREACTIVATION, OUTPUT = "input", "preactivation", "output"


class Place(NamedTuple):
    """Where a value is tapped.

    Attributes:
        label: the layer's name, with the number of the use behind it from the second on.
        layer: the layer.
        part: `INPUT` of the model, `PREACTIVATION` or `OUTPUT` of a layer.
    """

    label: str
    layer: Layer
    part: str


Listener: TypeAlias = Callable[[Place, Array], None]


def _nothing(place: Place, array: Array) -> None:
    pass


class TappedProgram(ProgramBuilder):
    """The native program of a model, with taps between its operations that hand values and gradients to you.

    What the model computes stays as it is; what is random is drawn anew.

    Args:
        model: the model, built.
        feature_shape: shape of the input without the batch axis.
        is_tapped: which places are tapped.
        on_value: called with a place and its value, (rows, ...), in the forward pass.
        on_gradient: called with a place and the gradient of the loss by its value, in the backward pass.
    """

    def __init__(
        self,
        model: Model,
        feature_shape: tuple[int, ...],
        is_tapped: Callable[[Place], bool],
        on_value: Listener = _nothing,
        on_gradient: Listener = _nothing,
    ) -> None:
        super().__init__(feature_shape, model.dtype)
        self._is_tapped = is_tapped
        self._on_value = on_value
        self._on_gradient = on_gradient
        self._uses: dict[str, int] = {}
        self._place = Place(model.name, model, INPUT)
        # A variable in front of everything makes gradients reach the input, and layers that are frozen.
        front = _core.Variable(np.zeros(1, model.dtype), INPUT, True)
        tapped = [self._tapped(self._place, value, [front]) for value in self.inputs]
        [output] = self.emit(model, tapped)
        self.native.set_output(output.id)

    def trainer(self, loss: Spec) -> _core.Trainer:
        """A trainer of it that takes no step that counts.

        Args:
            loss: the native loss and its numbers.
        """
        return _core.Trainer(self.native, loss, [], PLAIN_SGD, self.penalties, seed=0)

    def _emitted(self, layer: Layer, values: list[Value]) -> list[Value]:
        if isinstance(layer, (Model, InputLayer)):
            return super()._emitted(layer, values)
        outer, self._place = self._place, Place(self._label(layer), layer, OUTPUT)
        outputs = [self._tapped(self._place, output) for output in super()._emitted(layer, values)]
        self._place = outer
        return outputs

    def activation(self, layer: Layer, value: Value, steps: Sequence[Spec]) -> Value:
        if steps:
            value = self._tapped(self._place._replace(part=PREACTIVATION), value)
        return super().activation(layer, value, steps)

    def _label(self, layer: Layer) -> str:
        use = self._uses[layer.name] = self._uses.get(layer.name, 0) + 1
        return layer.name if use == 1 else f"{layer.name} ({use})"

    def _tapped(self, place: Place, value: Value, variables: list[Any] | None = None) -> Value:
        """The value behind a tap, where this place has one."""
        if not self._is_tapped(place):
            return value

        def forward(x: Array, training: bool) -> Array:
            self._on_value(place, x)
            return x

        def backward(x: Array, y: Array, gradient: Array) -> Any:
            self._on_gradient(place, gradient)
            return (gradient, [np.zeros(1)]) if variables else gradient

        return self._made(
            self.native.add_python(
                value.id, variables or [], value.shape, forward, backward, place.label, True
            )
        )
