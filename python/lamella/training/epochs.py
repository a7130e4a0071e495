"""The epochs of `fit`."""

from __future__ import annotations

import math
import warnings
from typing import Any

from lamella.callbacks import CallbackList
from lamella.training.compiled import Compiled
from lamella.training.passes import EvaluationPass, TrainingPass
from lamella.training.session import Session
from lamella.training.state import TrainingState


class Validation:
    """The validation of `fit`.

    Args:
        evaluation: the pass over the validation data, which is run again and again.
        frequency: every how many epochs, or the epochs, counted from 1, after which it runs.
    """

    def __init__(self, evaluation: EvaluationPass, frequency: int | frozenset[int]) -> None:
        self.evaluation = evaluation
        self._frequency = frequency
        self._ended = False

    def is_due(self, epoch: int) -> bool:
        """Whether it runs after this epoch, counted from 0."""
        if self._ended:
            return False
        if isinstance(self._frequency, int):
            return (epoch + 1) % self._frequency == 0
        return (epoch + 1) in self._frequency

    def run(self, compiled: Compiled, callbacks: CallbackList) -> dict[str, Any]:
        """Run it and return its logs: none, from now on, when the data has run out."""
        if not self.evaluation.begin():
            self._ended = True
            warnings.warn(
                "validation_data ran out, and training goes on without it: pass arrays, a list of batches or "
                "another object that can be iterated over again, or one that yields validation_steps batches "
                "for every validation",
                stacklevel=4,
            )
            return {}
        return compiled.logs(self.evaluation.run(callbacks), "val_")


def run_epochs(
    session: Session,
    training: TrainingPass,
    validation: Validation | None,
    callbacks: CallbackList,
    epochs: range,
) -> None:
    """Train for these epochs; `model.stop_training` ends it after the validation of the running one."""
    model, compiled, backup = session.model, session.compiled, callbacks.backup
    first, in_epoch, logs = epochs.start, False, dict[str, float]()
    callbacks.set_batches(training.next_batch)
    callbacks.on_train_begin()
    if backup is not None:
        evaluation = validation.evaluation if validation is not None else None
        listening = callbacks.callbacks
        backup.begin(TrainingState(session, training, evaluation, listening, epochs.stop))
        first, in_epoch, logs = backup.restore() or (first, in_epoch, logs)
    for epoch in range(first, epochs.stop):
        if model.stop_training:
            break
        if in_epoch:
            callbacks.resume_epoch(epoch)
        else:
            if not training.begin_epoch():
                break
            training.trainer.reset_metrics()
            callbacks.on_epoch_begin(epoch)
        in_epoch = False
        if callbacks.hears("on_train_batch_begin", "on_train_batch_end"):
            _run_by_batch(session, training, callbacks, epoch)
        else:
            _run_freely(compiled, training, callbacks, epoch)
        training.end_epoch()
        results = training.trainer.results()
        if not math.isfinite(results[0]):
            compiled.warn_of_not_finite(training.trainer, training.not_finite)
        logs = compiled.logs(results)
        if validation is not None and validation.is_due(epoch):
            logs |= validation.run(compiled, callbacks)
        callbacks.on_epoch_end(epoch, logs)
        if backup is not None:
            backup.epoch_ended(epoch, logs)
    compiled.optimizer.finalize_variable_values()
    callbacks.on_train_end(logs)
    if backup is not None:
        backup.training_ended()


def _run_freely(compiled: Compiled, training: TrainingPass, callbacks: CallbackList, epoch: int) -> None:
    """Run an epoch with as few returns to Python as can be."""
    backup = callbacks.backup
    while not training.ended:
        done = training.advance(0 if backup is None else backup.steps_to_next())
        if backup is not None:
            backup.steps_done(epoch, done)
        if callbacks.progress is not None:
            callbacks.progress.progress(done, compiled.logs(training.trainer.results()))


def _run_by_batch(
    session: Session,
    training: TrainingPass,
    callbacks: CallbackList,
    epoch: int,
) -> None:
    """Run an epoch a batch at a time, for callbacks that listen to batches."""
    batch = training.done
    while not training.ended and not (batch and session.model.stop_training):
        callbacks.on_train_batch_begin(batch)
        batch = training.advance(1)
        logs = session.compiled.logs(training.trainer.results())
        callbacks.on_train_batch_end(batch - 1, logs)
        if callbacks.backup is not None:
            callbacks.backup.steps_done(epoch, batch)
        if callbacks.progress is not None:
            callbacks.progress.progress(batch, logs)
