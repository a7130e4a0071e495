"""Which pass suits which data."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from lamella import _core
from lamella.base.types import Array
from lamella.data.arrays import ArrayData
from lamella.data.batches import BatchData, BatchStream
from lamella.data.class_weights import ClassWeights, labels_of
from lamella.graph.program import Program
from lamella.training.compiled import Compiled
from lamella.training.epochs import BatchTrainingPass, TrainingPass
from lamella.training.evaluation import BatchEvaluationPass, EvaluationPass

if TYPE_CHECKING:
    from lamella.models.model import Model


def feed_for(
    model: Model, compiled: Compiled, data: ArrayData, class_weights: ClassWeights | None = None
) -> tuple[_core.Feed, Program]:
    """The native feed of this data, and the program that takes it: see `prepared`."""
    rows, program = prepared(model, compiled, data, class_weights)
    return compiled.feed(program, rows), program


def prepared(
    model: Model, compiled: Compiled, data: ArrayData, class_weights: ClassWeights | None = None
) -> tuple[ArrayData, Program]:
    """This data as it is trained on, and the program that takes it; builds the model if it is not.

    Args:
        model: the model.
        compiled: its optimizer, loss and metrics.
        data: the data.
        class_weights: what rows of a class count, or None.
    """
    data.x = model.prepare_inputs(data.x)
    program = model.program_for(data.x.shape[1:])
    if class_weights is None or data.y is None:
        return data, program
    if data.sample_weight is not None:
        raise ValueError("Pass either sample_weight or class_weight, not both")
    compiled.settle(data.y.shape[1:], program.output_shape)
    weights = None
    labels = _labels(compiled, data.y, program.output_shape)
    if labels is not None:
        weights = class_weights.of_labels(labels)
    return ArrayData(data.x, data.y, weights), program


def _labels(compiled: Compiled, y: Array, output_shape: tuple[int, ...]) -> Array | None:
    """The classes in these targets, None where they do not fit the model, which is reported later."""
    assert compiled.loss is not None
    targets = compiled.targets_for(y, output_shape)
    takes_labels = compiled.loss.takes_labels
    if targets.ndim != len(output_shape) + (not takes_labels):
        return None
    return labels_of(targets, takes_labels)


def training_pass(
    model: Model,
    compiled: Compiled,
    data: ArrayData | BatchData,
    rows: int,
    shuffle: bool,
    steps: int | None,
    class_weights: ClassWeights | None,
) -> TrainingPass | BatchTrainingPass:
    """The pass of `fit` over arrays or batches.

    Args:
        model: the model.
        compiled: its optimizer, loss and metrics.
        data: the data.
        rows: rows of a step.
        shuffle: whether every pass over the data has another order.
        steps: steps of an epoch, None for all of the data.
        class_weights: what rows of a class count, or None.
    """
    if isinstance(data, ArrayData):
        prepared_data, program = prepared(model, compiled, data, class_weights)
        feed = compiled.feed(program, prepared_data)
        _warn_if_frozen(model, program)
        trainer = compiled.trainer_for(program)
        training = TrainingPass(trainer, compiled.optimizer, prepared_data, feed, rows, shuffle, steps)
        _warn_of_doubts(compiled, program, data, whole=True)
        return training
    stream = BatchStream(data, rows, shuffle)

    def prepare(batch: ArrayData) -> tuple[ArrayData, Program]:
        return prepared(model, compiled, batch, class_weights)

    batch = stream.first()
    first, program = prepare(batch)
    compiled.feed(program, first)  # refuses what does not fit
    _warn_if_frozen(model, program)
    _warn_of_doubts(compiled, program, batch, whole=False)
    trainer = compiled.trainer_for(program)
    return BatchTrainingPass(trainer, compiled, stream, prepare, steps)


def _warn_of_doubts(compiled: Compiled, program: Program, data: ArrayData, whole: bool) -> None:
    if not compiled.looked_at:
        from lamella.training.plausibility import warn_of_doubts  # importing lamella does not wait for it

        warn_of_doubts(compiled, program, data, whole)


def _warn_if_frozen(model: Model, program: Program) -> None:
    trains = model.trainable and any(variable.trainable for variable in program.variables)
    if program.variables and not trains:
        warnings.warn(f"Model '{model.name}' has no trainable weights: nothing is trained", stacklevel=4)


def evaluation_pass(
    model: Model,
    compiled: Compiled,
    data: ArrayData | BatchData,
    rows: int,
    steps: int | None,
) -> EvaluationPass | BatchEvaluationPass:
    """The pass of `evaluate` and of validation over arrays or batches."""
    if isinstance(data, ArrayData):
        feed, program = feed_for(model, compiled, data)
        return EvaluationPass(compiled, program, data, feed, rows, steps)
    stream = BatchStream(data, rows, shuffle=False)
    feed_for(model, compiled, stream.first())
    return BatchEvaluationPass(compiled, stream, lambda batch: feed_for(model, compiled, batch), steps)
