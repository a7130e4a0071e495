"""Which pass suits which data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamella import _core
from lamella.data.arrays import ArrayData
from lamella.data.batches import BatchData, BatchStream
from lamella.models.compiled import Compiled
from lamella.models.evaluation import BatchEvaluationPass, EvaluationPass
from lamella.models.training import BatchTrainingPass, TrainingPass

if TYPE_CHECKING:
    from lamella.models.model import Model


def feed_for(model: Model, compiled: Compiled, data: ArrayData) -> _core.Feed:
    """The native feed of this data; builds the model if it is not."""
    data.x = model.prepare_inputs(data.x)
    return compiled.feed(model.program_for(data.x.shape[1:]), data)


def training_pass(
    model: Model,
    compiled: Compiled,
    data: ArrayData | BatchData,
    rows: int,
    shuffle: bool,
    steps: int | None,
) -> TrainingPass | BatchTrainingPass:
    """The pass of `fit` over arrays or batches.

    Args:
        model: the model.
        compiled: its optimizer, loss and metrics.
        data: the data.
        rows: rows of a step.
        shuffle: whether every pass over the data has another order.
        steps: steps of an epoch, None for all of the data.
    """
    if isinstance(data, ArrayData):
        feed = feed_for(model, compiled, data)
        trainer = compiled.trainer_for(model.program_for(data.x.shape[1:]))
        return TrainingPass(trainer, compiled.optimizer, feed, rows, shuffle, steps)
    stream, first = _open(model, compiled, data, rows, shuffle)
    trainer = compiled.trainer_for(model.program_for(first.x.shape[1:]))
    return BatchTrainingPass(
        trainer, compiled.optimizer, stream, lambda batch: feed_for(model, compiled, batch), steps
    )


def evaluation_pass(
    model: Model, compiled: Compiled, data: ArrayData | BatchData, rows: int, steps: int | None
) -> EvaluationPass | BatchEvaluationPass:
    """The pass of `evaluate` and of validation over arrays or batches."""
    steps = None if steps is None else positive("steps", steps)
    if isinstance(data, ArrayData):
        feed = feed_for(model, compiled, data)
        evaluator = compiled.evaluator_for(model.program_for(data.x.shape[1:]))
        return EvaluationPass(evaluator, feed, rows, steps)
    stream, first = _open(model, compiled, data, rows, shuffle=False)
    evaluator = compiled.evaluator_for(model.program_for(first.x.shape[1:]))
    return BatchEvaluationPass(evaluator, stream, lambda batch: feed_for(model, compiled, batch), steps)


def _open(
    model: Model, compiled: Compiled, data: BatchData, rows: int, shuffle: bool
) -> tuple[BatchStream, ArrayData]:
    """The batches, and the first one, by which model, loss and metrics are settled."""
    stream = BatchStream(data, rows, shuffle)
    first = stream.first()
    feed_for(model, compiled, first)
    return stream, first


def positive(name: str, value: int) -> int:
    """The value as an int; ValueError when it is not a positive integer."""
    if int(value) != value or value < 1:
        raise ValueError(f"{name} must be a positive integer. Received: {value!r}")
    return int(value)
