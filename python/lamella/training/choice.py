"""Which pass suits which data."""

from __future__ import annotations

import warnings

from lamella.data.arrays import ArrayData
from lamella.data.batches import BatchData, BatchStream
from lamella.graph.base_model import BaseModel
from lamella.graph.program import Program
from lamella.training.compiled import Compiled
from lamella.training.evaluation_passes import ArrayEvaluation, StreamEvaluation
from lamella.training.passes import EvaluationPass, TrainingPass
from lamella.training.session import Session
from lamella.training.training_passes import ArrayTraining, StreamTraining


def training_pass(
    session: Session, data: ArrayData | BatchData, rows: int, shuffle: bool, steps: int | None
) -> TrainingPass:
    """The pass of `fit` over arrays or batches.

    Args:
        session: the model with what it is judged by.
        data: the data.
        rows: rows of a step.
        shuffle: whether every pass over the data has another order.
        steps: steps of an epoch, None for all of the data.
    """
    compiled = session.compiled
    if isinstance(data, ArrayData):
        prepared, program = session.prepared(data)
        feed = compiled.feed(program, prepared)
        _warn_if_frozen(session.model, program)
        trainer = compiled.trainer_for(program)
        training = ArrayTraining(trainer, compiled.optimizer, prepared, feed, rows, shuffle, steps)
        _warn_of_doubts(compiled, program, data, whole=True)
        return training
    stream = BatchStream(data, rows, shuffle)
    batch = stream.first()
    _, program = session.feed(batch)  # refuses what does not fit
    _warn_if_frozen(session.model, program)
    _warn_of_doubts(compiled, program, batch, whole=False)
    return StreamTraining(compiled.trainer_for(program), session, stream, steps)


def evaluation_pass(
    session: Session, data: ArrayData | BatchData, rows: int, steps: int | None
) -> EvaluationPass:
    """The pass of `evaluate` and of validation over arrays or batches."""
    if isinstance(data, ArrayData):
        feed, program = session.feed(data)
        return ArrayEvaluation(session.compiled, program, data, feed, rows, steps)
    stream = BatchStream(data, rows, shuffle=False)
    session.feed(stream.first())
    return StreamEvaluation(session, stream, steps)


def _warn_of_doubts(compiled: Compiled, program: Program, data: ArrayData, whole: bool) -> None:
    if not compiled.looked_at:
        from lamella.training.plausibility import warn_of_doubts  # importing lamella does not wait for it

        warn_of_doubts(compiled, program, data, whole)


def _warn_if_frozen(model: BaseModel, program: Program) -> None:
    if program.variables and not (model.trainable and program.is_trained):
        warnings.warn(f"Model '{model.name}' has no trainable weights: nothing is trained", stacklevel=4)
