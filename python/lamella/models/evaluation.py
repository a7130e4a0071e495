"""The steps of `evaluate` and of validation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lamella import _core
from lamella.callbacks import CallbackList
from lamella.data.arrays import ArrayData
from lamella.data.batches import BatchStream
from lamella.models.compiled import Compiled


class EvaluationPass:
    """A pass over data in inference mode, which may be run again.

    Args:
        evaluator: the model's evaluator.
        feed: the data.
        batch_size: rows of a step.
        steps: number of steps, None for all of the data.
    """

    def __init__(
        self, evaluator: _core.Evaluator, feed: _core.Feed, batch_size: int, steps: int | None
    ) -> None:
        self._evaluator = evaluator
        self._feed = feed
        self._batch_size = batch_size
        batches = -(-feed.rows // batch_size)
        self.steps = batches if steps is None else min(steps, batches)

    def position(self) -> dict[str, Any]:
        """Every run goes over the same data."""
        return {}

    def go_to(self, position: dict[str, Any]) -> None:
        """Go on from what `position` returned."""

    def check(self) -> None:
        """Raise what is wrong with the data, if anything, before any work is done."""
        self._evaluator.start(self._feed, self._batch_size, self.steps)

    def run(self, compiled: Compiled, callbacks: CallbackList, shows_progress: bool = False) -> list[float]:
        """Run it and return loss and metrics."""
        evaluator = self._evaluator
        evaluator.reset_metrics()
        total = evaluator.start(self._feed, self._batch_size, self.steps)
        callbacks.on_test_begin()
        by_batch = callbacks.hears("on_test_batch_begin", "on_test_batch_end")
        progress = callbacks.progress if shows_progress else None
        done = 0
        while done < total:
            if by_batch:
                callbacks.on_test_batch_begin(done)
            done = evaluator.run(1 if by_batch else 0)
            if by_batch:
                callbacks.on_test_batch_end(done - 1, compiled.logs(evaluator.results()))
            if progress is not None:
                progress.progress(done, compiled.logs(evaluator.results()))
        results = evaluator.results()
        callbacks.on_test_end(compiled.logs(results))
        return results


class BatchEvaluationPass:
    """A pass over batches as they come, in inference mode; run again, it begins again where the data can.

    Args:
        evaluator: the model's evaluator.
        stream: the batches.
        feed: makes the native feed of a batch.
        steps: number of steps, None for all of the data.
    """

    def __init__(
        self,
        evaluator: _core.Evaluator,
        stream: BatchStream,
        feed: Callable[[ArrayData], _core.Feed],
        steps: int | None,
    ) -> None:
        self._evaluator = evaluator
        self._stream = stream
        self._feed = feed
        self.steps = stream.steps if steps is None else steps

    def position(self) -> dict[str, Any]:
        """Where in the batches it is."""
        return self._stream.position()

    def go_to(self, position: dict[str, Any]) -> None:
        """Go on from what `position` returned."""
        self._stream.go_to(position)

    def check(self) -> None:
        """Raise what is wrong with the first batch, if anything, before any work is done."""
        feed = self._feed(self._stream.first())
        self._evaluator.start(feed, feed.rows)

    def run(self, compiled: Compiled, callbacks: CallbackList, shows_progress: bool = False) -> list[float]:
        """Run it and return loss and metrics."""
        evaluator = self._evaluator
        evaluator.reset_metrics()
        callbacks.on_test_begin()
        progress = callbacks.progress if shows_progress else None
        self._stream.restart()
        done = 0
        while done != self.steps and self._stream.peek() is not None:
            callbacks.on_test_batch_begin(done)
            feed = self._feed(self._stream.take())
            evaluator.start(feed, feed.rows)
            evaluator.run()
            logs = compiled.logs(evaluator.results())
            callbacks.on_test_batch_end(done, logs)
            done += 1
            if progress is not None:
                progress.progress(done, logs)
        if done == 0:
            raise ValueError("The data for evaluation ran out: it must yield enough batches for every run")
        results = evaluator.results()
        callbacks.on_test_end(compiled.logs(results))
        return results
