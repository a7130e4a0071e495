"""The steps of `evaluate` and of validation."""

from __future__ import annotations

from lamella import _core
from lamella.callbacks import CallbackList
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
