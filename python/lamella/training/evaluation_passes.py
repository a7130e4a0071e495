"""Passes that evaluate: over arrays, and over batches as they come."""

from __future__ import annotations

import math
import warnings
from typing import Any

from lamella import _core
from lamella.callbacks import CallbackList
from lamella.data.arrays import ArrayData
from lamella.data.batches import BatchStream
from lamella.graph.program import Program
from lamella.training.arguments import warn_of_end
from lamella.training.compiled import Compiled
from lamella.training.native_runs import Evaluation
from lamella.training.session import Session


class ArrayEvaluation:
    """A pass over data in inference mode, which may be run again.

    Args:
        compiled: loss and metrics of the model.
        program: the flattened model.
        data: the data.
        feed: the native feed of it.
        batch_size: rows of a step.
        steps: number of steps, None for all of the data.
    """

    def __init__(
        self,
        compiled: Compiled,
        program: Program,
        data: ArrayData,
        feed: _core.Feed,
        batch_size: int,
        steps: int | None,
    ) -> None:
        self._compiled = compiled
        self._program = program
        self._data = data
        self._feed = feed
        self._batch_size = batch_size
        batches = -(-feed.rows // batch_size)
        self.steps = batches if steps is None else min(steps, batches)
        warn_of_end(steps, batches)

    def position(self) -> dict[str, Any]:
        """Every run goes over the same data."""
        return {}

    def go_to(self, position: dict[str, Any]) -> None:
        """Go on from what `position` returned."""

    def check(self) -> None:
        """Raise what is wrong with the data, if anything, before any work is done."""
        with self._compiled.evaluation() as evaluation:
            evaluation.evaluator_for(self._program).start(self._feed, self._batch_size, self.steps)

    def begin(self) -> bool:
        """Get ready for a run; returns whether there is data, as there always is in arrays."""
        return True

    def run(self, callbacks: CallbackList, shows_progress: bool = False) -> list[float]:
        """Run it and return loss and metrics."""
        with self._compiled.evaluation() as evaluation:
            return self._run(evaluation.evaluator_for(self._program), callbacks, shows_progress)

    def _run(self, evaluator: _core.Evaluator, callbacks: CallbackList, shows_progress: bool) -> list[float]:
        compiled = self._compiled
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
        _warn_if_not_finite(results[0], self._data, self._program.dtype)
        if callbacks.callbacks:
            callbacks.on_test_end(compiled.logs(results))
        return results


class StreamEvaluation:
    """A pass over batches as they come, in inference mode; run again, it begins again where the data can.

    Args:
        session: the model with what it is judged by.
        stream: the batches.
        steps: number of steps, None for all of the data.
    """

    def __init__(
        self,
        session: Session,
        stream: BatchStream,
        steps: int | None,
    ) -> None:
        self._session = session
        self._stream = stream
        self._steps = steps
        self.steps = stream.steps if steps is None else steps

    def position(self) -> dict[str, Any]:
        """Where in the batches it is."""
        return self._stream.position()

    def go_to(self, position: dict[str, Any]) -> None:
        """Go on from what `position` returned."""
        self._stream.go_to(position)

    def check(self) -> None:
        """Raise what is wrong with the first batch, if anything, before any work is done."""
        feed, program = self._session.feed(self._stream.first())
        with self._session.compiled.evaluation() as evaluation:
            evaluation.evaluator_for(program).start(feed, feed.rows)

    def begin(self) -> bool:
        """Get ready for a run; returns whether there is data."""
        self._stream.begin_epoch()
        self._stream.restart()
        return self._stream.peek() is not None

    def run(self, callbacks: CallbackList, shows_progress: bool = False) -> list[float]:
        """Run it, after `begin`, and return loss and metrics."""
        with self._session.compiled.evaluation() as evaluation:
            return self._run(evaluation, callbacks, shows_progress)

    def _run(self, evaluation: Evaluation, callbacks: CallbackList, shows_progress: bool) -> list[float]:
        compiled = self._session.compiled
        callbacks.on_test_begin()
        progress = callbacks.progress if shows_progress else None
        results: list[float] = []
        done = 0
        while done != self._steps and self._stream.peek() is not None:
            callbacks.on_test_batch_begin(done)
            batch = self._stream.take()
            feed, program = self._session.feed(batch)
            evaluator = evaluation.evaluator_for(program)
            if done == 0:
                evaluator.reset_metrics()
            evaluator.start(feed, feed.rows)
            evaluator.run()
            was_finite = not results or math.isfinite(results[0])
            results = evaluator.results()
            if was_finite:
                _warn_if_not_finite(results[0], batch, program.dtype)
            logs = compiled.logs(results)
            callbacks.on_test_batch_end(done, logs)
            done += 1
            if progress is not None:
                progress.progress(done, logs)
        self._stream.end_epoch()
        warn_of_end(self._steps, done)
        callbacks.on_test_end(compiled.logs(results))
        return results


def _warn_if_not_finite(loss: float, data: ArrayData, dtype: str) -> None:
    """Warn of the number in the data that made a loss NaN or infinite, if one did."""
    if not math.isfinite(loss):
        found = data.not_finite(dtype)
        if found is not None:
            warnings.warn(f"The loss of an evaluation is not finite: {found}", RuntimeWarning, stacklevel=5)
