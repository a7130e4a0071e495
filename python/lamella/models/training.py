"""The epochs of `fit`."""

from __future__ import annotations

import warnings
from collections.abc import Collection
from typing import TYPE_CHECKING

from lamella import _core
from lamella.callbacks import CallbackList
from lamella.models.compiled import Compiled
from lamella.models.evaluation import EvaluationPass
from lamella.optimizers import Optimizer

if TYPE_CHECKING:
    from lamella.models.model import Model


class TrainingPass:
    """Steps over the data, an epoch at a time.

    With `steps` an epoch is that many steps, and the next one goes on where it ended, as in Keras; the data
    is shuffled again when it is used up.

    Args:
        trainer: the model's trainer.
        optimizer: its optimizer, for the learning rate.
        feed: the data.
        batch_size: rows of a step.
        shuffle: whether every pass over the data has another order.
        steps: steps of an epoch, None for all of the data.
    """

    def __init__(
        self,
        trainer: _core.Trainer,
        optimizer: Optimizer,
        feed: _core.Feed,
        batch_size: int,
        shuffle: bool,
        steps: int | None,
    ) -> None:
        self.trainer = trainer
        self._optimizer = optimizer
        self._feed = feed
        self._batch_size = batch_size
        self._shuffle = shuffle
        self._steps = steps
        self._start()

    def _start(self) -> None:
        self._total = self.trainer.start(self._feed, self._batch_size, None, self._shuffle)
        self._done = 0

    def begin_epoch(self) -> int:
        """Get ready for an epoch; returns its number of steps."""
        if self._done >= self._total:
            self._start()
        self._first = self._done
        self._goal = self._total if self._steps is None else min(self._done + self._steps, self._total)
        if self._steps is not None and self._goal - self._first < self._steps:
            warnings.warn(
                f"The data ran out in an epoch of steps_per_epoch={self._steps}: a pass over it has "
                f"{self._total} steps",
                stacklevel=4,
            )
        return self._goal - self._first

    def advance(self, limit: int = 0) -> int:
        """Train for 50 ms, or `limit` steps, at most; returns the steps of this epoch that are done."""
        left = self._goal - self._done
        most = left if limit == 0 else min(limit, left)
        rates = self._optimizer.rates_for(most)
        if not isinstance(rates, float):
            most = len(rates)
        self._done = self.trainer.run(rates, most)
        return self._done - self._first


class Validation:
    """The validation of `fit`.

    Args:
        evaluation: the pass over the validation data.
        frequency: every how many epochs, or the epochs, counted from 1, after which it runs.
    """

    def __init__(self, evaluation: EvaluationPass, frequency: int | Collection[int]) -> None:
        if isinstance(frequency, int) and frequency < 1:
            raise ValueError(f"validation_freq must be at least 1. Received: {frequency}")
        self.evaluation = evaluation
        self._frequency = frequency

    def is_due(self, epoch: int) -> bool:
        """Whether it runs after this epoch, counted from 0."""
        if isinstance(self._frequency, int):
            return (epoch + 1) % self._frequency == 0
        return (epoch + 1) in self._frequency


def run_epochs(
    model: Model,
    compiled: Compiled,
    training: TrainingPass,
    validation: Validation | None,
    callbacks: CallbackList,
    epochs: range,
) -> None:
    """Train for these epochs; `model.stop_training` ends it after the validation of the running one."""
    trainer = training.trainer
    by_batch = callbacks.hears("on_train_batch_begin", "on_train_batch_end")
    logs: dict[str, float] = {}
    callbacks.on_train_begin()
    for epoch in epochs:
        trainer.reset_metrics()
        callbacks.on_epoch_begin(epoch)
        steps = training.begin_epoch()
        if by_batch:
            _run_by_batch(model, compiled, training, callbacks, steps)
        else:
            _run_freely(compiled, training, callbacks, steps)
        results = trainer.results()
        compiled.warn_if_not_finite(trainer, results[0])
        logs = compiled.logs(results)
        if validation is not None and validation.is_due(epoch):
            logs |= compiled.logs(validation.evaluation.run(compiled, callbacks), "val_")
        callbacks.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    compiled.optimizer.finalize_variable_values()
    callbacks.on_train_end(logs)


def _run_freely(compiled: Compiled, training: TrainingPass, callbacks: CallbackList, steps: int) -> None:
    """Run an epoch with as few returns to Python as can be."""
    done = 0
    while done < steps:
        done = training.advance()
        if callbacks.progress is not None:
            callbacks.progress.progress(done, compiled.logs(training.trainer.results()))


def _run_by_batch(
    model: Model, compiled: Compiled, training: TrainingPass, callbacks: CallbackList, steps: int
) -> None:
    """Run an epoch a batch at a time, for callbacks that listen to batches."""
    for batch in range(steps):
        callbacks.on_train_batch_begin(batch)
        training.advance(1)
        logs = compiled.logs(training.trainer.results())
        callbacks.on_train_batch_end(batch, logs)
        if callbacks.progress is not None:
            callbacks.progress.progress(batch + 1, logs)
        if model.stop_training:
            break
