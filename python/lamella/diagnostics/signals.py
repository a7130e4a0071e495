"""What flows through a model: values on the way up, gradients on the way down, layer by layer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lamella import _core
from lamella.activations.lookup import steps
from lamella.base.types import Array, Spec
from lamella.data.arrays import ArrayData
from lamella.diagnostics.flat_ends import FlatEnds, applied, flat_ends
from lamella.diagnostics.probe import fused_head
from lamella.diagnostics.tapped_program import OUTPUT, PREACTIVATION, Place, TappedProgram
from lamella.graph.program import Program
from lamella.layers import Layer
from lamella.layers.pooling.global_pooling import GlobalPooling
from lamella.layers.pooling.pooling import Pooling
from lamella.models import Model
from lamella.training.compiled import Compiled


@dataclass
class LayerSignals:
    """A layer in one measurement.

    Attributes:
        layer: the layer.
        activation: root mean square of its outputs; where its activation is computed together with the loss,
            of what goes into that.
        signal: norm of the gradient of the loss by its outputs, root mean square over the rows; of the last
            layer, by what goes into its activation.
        off: for rectifiers, which units are off in all rows.
        flat: for activations with two flat ends, the share of outputs there; None where the activation is
            computed together with the loss, which no flat end keeps from learning.
    """

    layer: Layer
    activation: float = math.nan
    signal: float = math.nan
    off: Array | None = None
    flat: float | None = None


@dataclass
class Measurement:
    """One look at a model.

    Attributes:
        layers: its layers by their labels, from the input on.
        gradients: the gradients of the loss by variables.
        loss: the loss of the rows.
        idle_loss: the loss if nothing but zeros came to the last activation.
    """

    layers: dict[str, LayerSignals]
    gradients: list[tuple[_core.Variable, Array]]
    loss: float
    idle_loss: float


class SignalMeter:
    """Measures the signals of a model without a trace in it, or in its training.

    Args:
        model: the model, built.
        compiled: its loss.
        program: what it is flattened to; of another one there is another meter.
    """

    def __init__(self, model: Model, compiled: Compiled, program: Program) -> None:
        assert compiled.loss is not None
        self.program = program
        self._compiled = compiled
        self._loss = compiled.loss.spec()
        self._head = fused_head(model, self._loss)
        self._ends: dict[Place, FlatEnds | None] = {}
        self._layers: dict[str, LayerSignals] = {}
        self._top: tuple[Place, Array]
        self._evaluator: _core.Evaluator | None = None
        shape = program.feature_shape
        tapped = TappedProgram(model, shape, self._is_tapped, self._take_value, self._take_gradient)
        self._trainer = tapped.trainer(self._loss)

    def measure(self, rows: ArrayData, step: int) -> Measurement:
        """Send rows through, forward and backward, in training mode.

        Args:
            rows: the rows, as they are trained on.
            step: which masks dropout draws.
        """
        self._layers = {}
        self._trainer.iterations = step
        with np.errstate(invalid="ignore", over="ignore"):
            gradients = self._trainer.gradients(self._compiled.feed(self.program, rows))
        _undo_averaging(self._layers)
        losses = self._losses(rows)
        return Measurement(self._layers, gradients, *losses)

    def _is_tapped(self, place: Place) -> bool:
        return place.part == PREACTIVATION or (place.part == OUTPUT and place.layer is not self._head)

    def _take_value(self, place: Place, x: Array) -> None:
        found = self._layers.setdefault(place.label, LayerSignals(place.layer))
        self._top = place, x
        steps = _steps(place.layer)
        if place.part == PREACTIVATION:
            if place.layer is self._head:
                found.activation = size_of([x])
                return
            if place not in self._ends:
                self._ends[place] = flat_ends(steps)
            self._look_at_ends(found, self._ends[place], x.reshape(-1, x.shape[-1]))
        else:
            found.activation = size_of([x])

    def _look_at_ends(self, found: LayerSignals, ends: FlatEnds | None, units: Array) -> None:
        """Units of shape (rows * positions, units)."""
        if ends is None:
            return
        if ends.is_rectifier:
            found.off = np.all(units <= ends.low, axis=0)
            if ends.high is not None:
                found.flat = float((units >= ends.high).mean())
            return
        low = -math.inf if ends.low is None else ends.low
        high = math.inf if ends.high is None else ends.high
        found.flat = float(((units <= low) | (units >= high)).mean())

    def _take_gradient(self, place: Place, gradient: Array) -> None:
        top = self._top[0]
        if place.part == OUTPUT or place.label == top.label:  # of the last layer, the preactivation's
            norms = np.square(gradient, dtype=np.float64).sum() / len(gradient)
            self._layers[place.label].signal = math.sqrt(float(norms))

    def _losses(self, rows: ArrayData) -> tuple[float, float]:
        """The loss of these rows, and the one if only zeros came to the last activation."""
        place, x = self._top
        zeros = np.zeros_like(x)
        at_the_end = place.part == OUTPUT
        if at_the_end:
            zeros = applied(_steps(place.layer), zeros)
        if self._evaluator is None:
            steps = () if at_the_end else _steps(place.layer)
            self._evaluator = _evaluator_behind(steps, x.shape[1:], self.program.dtype, self._loss)
        return self._loss_of(x, rows), self._loss_of(zeros, rows)

    def _loss_of(self, outputs: Array, rows: ArrayData) -> float:
        assert self._evaluator is not None
        assert rows.y is not None
        targets = self._compiled.targets_for(rows.y, self.program.output_shape)
        feed = _core.Feed(outputs, targets, rows.sample_weight)
        self._evaluator.reset_metrics()
        self._evaluator.start(feed, feed.rows)
        self._evaluator.run()
        return float(self._evaluator.results()[0])


def size_of(arrays: Sequence[Array]) -> float:
    """The root mean square of all elements."""
    count = sum(array.size for array in arrays)
    total = sum(float(np.square(array, dtype=np.float64).sum()) for array in arrays)
    return math.sqrt(total / count) if count else 0.0


def _steps(layer: Layer) -> Sequence[Spec]:
    """The steps of the activation that a layer is, or ends with."""
    own = layer.activation_steps()
    return steps(getattr(layer, "activation", None)) if own is None else own


def _evaluator_behind(
    steps: Sequence[Spec], shape: tuple[int, ...], dtype: str, loss: Spec
) -> _core.Evaluator:
    """An evaluator of the loss of what goes into these steps of an activation."""
    program = _core.Program(shape, dtype)
    value = program.add_python(
        0, [], shape, lambda x, training: x, lambda x, y, gradient: gradient, "", False
    )
    for kind, attributes in steps:
        value = program.add("activation", [value], [], {"kind": kind, **attributes}, "", False)
    program.set_output(value)
    return _core.Evaluator(program, loss, [], [])


def _undo_averaging(layers: dict[str, LayerSignals]) -> None:
    """Make up for means over positions: each position gets its share of a gradient, and together they get all
    of it, but the norm of n equal shares is 1 / sqrt(n) of the whole."""
    factor = 1.0
    for found in reversed(layers.values()):
        found.signal *= factor
        factor *= _spread_by(found.layer)


def _spread_by(layer: Layer) -> float:
    if not isinstance(layer, (Pooling, GlobalPooling)) or layer.kind != "mean":
        return 1.0
    before, after = layer.input_shape[1:-1], layer.output_shape[1:-1]
    if None in before or None in after:
        return 1.0
    return math.sqrt(math.prod(axis or 1 for axis in before) / math.prod(axis or 1 for axis in after))
