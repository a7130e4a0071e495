"""Passes that train: over arrays, and over batches as they come."""

from __future__ import annotations

import warnings
from typing import Any

from lamella import _core
from lamella.data.arrays import ArrayData
from lamella.data.batches import BatchStream
from lamella.data.row_order import RowOrder
from lamella.optimizers import Optimizer
from lamella.training.session import Session


class ArrayTraining:
    """Steps over the data, an epoch at a time.

    With `steps` an epoch is that many steps, and the next one goes on where it ended, as in Keras; the data
    is shuffled again when it is used up.

    Args:
        trainer: the model's trainer.
        optimizer: its optimizer, for the learning rate.
        data: the data.
        feed: the native feed of it.
        batch_size: rows of a step.
        shuffle: whether every pass over the data has another order.
        steps: steps of an epoch, None for all of the data.
    """

    def __init__(
        self,
        trainer: _core.Trainer,
        optimizer: Optimizer,
        data: ArrayData,
        feed: _core.Feed,
        batch_size: int,
        shuffle: bool,
        steps: int | None,
    ) -> None:
        self.trainer = trainer
        self._optimizer = optimizer
        self._data = data
        self._feed = feed
        self._batch_size = batch_size
        self._shuffle = shuffle
        self._steps = steps
        self._order: RowOrder | None = None
        self._start()
        self._begin_at(0)
        self.steps = self._total if steps is None else steps

    def _start(self) -> None:
        self._total = self.trainer.start(self._feed, self._batch_size, None, self._shuffle)
        self._done = 0

    @property
    def done(self) -> int:
        """Steps of this epoch that are done."""
        return self._done - self._first

    @property
    def ended(self) -> bool:
        """Whether the epoch is at its end."""
        return self._done >= self._goal

    def begin_epoch(self) -> bool:
        """Get ready for an epoch; returns whether there is data, as there always is in arrays."""
        if self._done >= self._total:
            self._start()
        if self._steps is not None:  # else an epoch is a pass, which begins and ends as the last one did
            self._begin_at(self._done)
            if self._goal - self._first < self._steps:
                warnings.warn(
                    f"The data ran out in an epoch of steps_per_epoch={self._steps}: a pass over it has "
                    f"{self._total} steps",
                    stacklevel=4,
                )
        return True

    def end_epoch(self) -> None:
        """Arrays need not be told."""

    def _begin_at(self, first: int) -> None:
        self._first = first
        self._goal = self._total if self._steps is None else min(first + self._steps, self._total)

    def settings(self) -> dict[str, Any]:
        """What the order of the steps depends on."""
        return {
            "rows": self._feed.rows,
            "batch_size": self._batch_size,
            "shuffle": self._shuffle,
            "steps_per_epoch": self._steps,
        }

    def position(self) -> dict[str, Any]:
        """Iterations before the pass over the data, its steps that are done, and those before the epoch."""
        return {"began": self.trainer.began, "done": self._done, "first": self._first}

    def go_to(self, position: dict[str, Any]) -> None:
        """Go on from what `position` returned; seed and weights are those of then."""
        self.trainer.iterations = position["began"]
        self._start()
        self.trainer.skip(position["done"])
        self._done = position["done"]
        self._begin_at(position["first"])

    def advance(self, limit: int = 0) -> int:
        """Train for 50 ms, or `limit` steps, at most; returns the steps of this epoch that are done."""
        left = self._goal - self._done
        most = left if limit == 0 else min(limit, left)
        rates = self._optimizer.rates_for(most)
        if not isinstance(rates, float):
            most = len(rates)
        self._done = self.trainer.run(rates, most)
        return self._done - self._first

    def next_batch(self) -> ArrayData:
        """The rows of the step that comes next."""
        first = self._done * self._batch_size
        last = min(first + self._batch_size, self._feed.rows)
        if not self._shuffle:
            return self._data.slice(first, last)
        if self._order is None:
            self._order = RowOrder(self._feed.rows, self._batch_size)
        return self._data.take(self._order.of_step(self.trainer.seed, self.trainer.began, self._done))

    def not_finite(self, dtype: str) -> str | None:
        """Which element of the data is NaN or infinite, None where none is."""
        return self._data.not_finite(dtype)


class StreamTraining:
    """Steps over batches as they come, an epoch at a time.

    Without `steps` an epoch is a pass over the data; with it, an epoch goes on where the last one ended, and
    the data begins again when it is used up, unless it knows only one pass.

    Args:
        trainer: the trainer for the first batch; another one where settings change on the way.
        session: the model with what it is judged by.
        stream: the batches.
        steps: steps of an epoch, None for a pass over the data.
    """

    def __init__(
        self,
        trainer: _core.Trainer,
        session: Session,
        stream: BatchStream,
        steps: int | None,
    ) -> None:
        self.trainer = trainer
        self._session = session
        self._stream = stream
        self._steps = steps
        self._suspect: ArrayData | None = None
        self.done = 0
        self.steps = stream.steps if steps is None else steps

    @property
    def ended(self) -> bool:
        """Whether the epoch is at its end; looks for the next batch only where there may be one."""
        return self.done == self._steps or self._stream.peek() is None

    def begin_epoch(self) -> bool:
        """Get ready for an epoch; returns whether there is data."""
        self.done = 0
        self._stream.begin_epoch()
        if self._steps is None or self._stream.peek() is None:
            self._stream.restart()
        if self._stream.peek() is None:
            warnings.warn(
                "The data ran out, and training ended: x must yield enough batches for all epochs, or be "
                "an object that can be iterated over again",
                stacklevel=4,
            )
            return False
        return True

    def end_epoch(self) -> None:
        """Tell the data that the epoch ended."""
        self._stream.end_epoch()

    def settings(self) -> dict[str, Any]:
        """What the order of the steps depends on, as far as it is known here."""
        return {"steps_per_epoch": self._steps, **self._stream.settings()}

    def position(self) -> dict[str, Any]:
        """Where in the batches it is, and the steps of this epoch that are done."""
        return {"stream": self._stream.position(), "done": self.done}

    def go_to(self, position: dict[str, Any]) -> None:
        """Go on from what `position` returned: takes the batches up to there again."""
        self._stream.go_to(position["stream"])
        self.done = position["done"]

    def advance(self, limit: int = 0) -> int:
        """Train on one batch; returns the steps of this epoch that are done."""
        batch = self._stream.take()
        feed, program = self._session.feed(batch)
        self.trainer = self._session.compiled.trainer_for(program)
        self.trainer.start(feed, feed.rows)
        self.trainer.run(self._session.compiled.optimizer.rate)
        self.done += 1
        if self._suspect is None and self.trainer.first_nonfinite_step() is not None:
            self._suspect = batch
        if self._steps is not None and self.done < self._steps and self._stream.peek() is None:
            warnings.warn(
                f"The data ran out in an epoch of steps_per_epoch={self._steps}, after {self.done} steps",
                stacklevel=5,
            )
        return self.done

    def next_batch(self) -> ArrayData:
        """The rows of the step that comes next."""
        batch = self._stream.peek()
        assert batch is not None
        return self._session.prepared(batch)[0]

    def not_finite(self, dtype: str) -> str | None:
        """Which element of the first batch with a loss that is not finite is to blame, None where none is."""
        found = None if self._suspect is None else self._suspect.not_finite(dtype)
        return found and f"{found} of its batch"
