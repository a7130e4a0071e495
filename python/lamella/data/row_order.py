"""Which rows a native pass takes in its steps when it shuffles."""

from __future__ import annotations

import numpy as np

from lamella import _core
from lamella.base.types import Array


class RowOrder:
    """Tells the rows of any step, by sending their numbers through a pass of the same seed.

    Args:
        rows: number of rows.
        batch_size: rows of a step.

    >>> order = RowOrder(5, 2)
    >>> steps = [order.of_step(0, 0, step) for step in range(3)]
    >>> sorted(int(row) for rows in steps for row in rows)
    [0, 1, 2, 3, 4]
    """

    def __init__(self, rows: int, batch_size: int) -> None:
        self._batch_size = batch_size
        self._seen = np.empty(0)
        program = _core.Program((1,), "float64")  # which holds all whole numbers up to 2**53
        program.set_output(program.add_python(0, [], (1,), self._see, _gradient, "rows", False))
        optimizer = ("sgd", {"momentum": 0.0, "nesterov": False})
        self._trainer = _core.Trainer(program, ("mean_squared_error", {}), [], optimizer, [], seed=0)
        self._feed = _core.Feed(np.arange(rows, dtype=np.float64)[:, None], np.zeros((rows, 1)))

    def of_step(self, seed: int, began: int, step: int) -> Array:
        """The rows of a step.

        Args:
            seed: the trainer's.
            began: its iterations when the pass began.
            step: steps of the pass before this one.
        """
        self._trainer.seed = seed
        self._trainer.iterations = began
        self._trainer.start(self._feed, self._batch_size, None, True)
        self._trainer.skip(step)
        self._trainer.run(0.0, 1)
        return self._seen[:, 0].astype(np.int64)

    def _see(self, x: Array, training: bool) -> Array:
        self._seen = x
        return x


def _gradient(x: Array, y: Array, gradient: Array) -> Array:
    return gradient
