"""A model with what it is judged by, at work on data."""

from __future__ import annotations

from lamella import _core
from lamella.base.types import Array
from lamella.data.arrays import ArrayData
from lamella.data.class_weights import ClassWeights, labels_of
from lamella.graph.base_model import BaseModel
from lamella.graph.program import Program
from lamella.training.compiled import Compiled


class Session:
    """What a call of `fit` or `evaluate` works with.

    Args:
        model: the model.
        compiled: its optimizer, loss and metrics.
        class_weights: what rows of a class count, or None.
    """

    def __init__(
        self, model: BaseModel, compiled: Compiled, class_weights: ClassWeights | None = None
    ) -> None:
        self.model = model
        self.compiled = compiled
        self._class_weights = class_weights

    def feed(self, data: ArrayData) -> tuple[_core.Feed, Program]:
        """The native feed of this data, and the program that takes it: see `prepared`."""
        rows, program = self.prepared(data)
        return self.compiled.feed(program, rows), program

    def prepared(self, data: ArrayData) -> tuple[ArrayData, Program]:
        """This data as it is trained on, and the program that takes it; builds the model if it is not."""
        compiled = self.compiled
        data.x = self.model.prepare_inputs(data.x)
        program = self.model.program_for(data.x.shape[1:])
        if self._class_weights is None or data.y is None:
            return data, program
        if data.sample_weight is not None:
            raise ValueError("Pass either sample_weight or class_weight, not both")
        compiled.settle(data.y.shape[1:], program.output_shape)
        labels = _labels(compiled, data.y, program.output_shape)
        weights = None if labels is None else self._class_weights.of_labels(labels)
        return ArrayData(data.x, data.y, weights), program


def _labels(compiled: Compiled, y: Array, output_shape: tuple[int, ...]) -> Array | None:
    """The classes in these targets, None where they do not fit the model, which is reported later."""
    assert compiled.loss is not None
    targets = compiled.targets_for(y, output_shape)
    takes_labels = compiled.loss.takes_labels
    if targets.ndim != len(output_shape) + (not takes_labels):
        return None
    return labels_of(targets, takes_labels)
