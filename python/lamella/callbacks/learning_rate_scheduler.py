"""Setting the learning rate epoch by epoch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lamella.base.checks import refusal, takes, verbosity
from lamella.base.output import write_line
from lamella.callbacks.callback import Callback, Logs, require_settable_rate


class LearningRateScheduler(Callback):
    """Asks a function for the learning rate before every epoch; the logs get `learning_rate`.

    Args:
        schedule: function of `(epoch, learning_rate)`, or of `(epoch)`, epochs counted from 0, that returns
            the new rate.
        verbose: 1 prints the new rate. Defaults to 0.

    Raises:
        ValueError: in training, when the function returns something else than a float.

    >>> import numpy as np, lamella
    >>> model = lamella.Sequential([lamella.Input((2,)), lamella.layers.Dense(1)])
    >>> model.compile(lamella.optimizers.SGD(0.5), "mse")
    >>> halve = LearningRateScheduler(lambda epoch, rate: rate / 2)
    >>> x = np.ones((4, 2))
    >>> model.fit(x, np.zeros(4), epochs=2, verbose=0, callbacks=[halve]).history["learning_rate"]
    [0.25, 0.125]
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        super().__init__()
        self.verbose = verbosity("LearningRateScheduler", "verbose", verbose)
        # Asked of the signature, so that a TypeError raised inside the function is not taken for an answer.
        self._takes_rate = callable(schedule) and takes(schedule, 0, 0.0)
        if not self._takes_rate and not (callable(schedule) and takes(schedule, 0)):
            expected = "a function of (epoch) or (epoch, learning_rate)"
            raise refusal("LearningRateScheduler", "schedule", expected, schedule)
        self.schedule = schedule

    def on_train_begin(self, logs: Logs = None) -> None:
        require_settable_rate(self)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        optimizer: Any = self.model.optimizer
        rate = self.schedule(epoch, optimizer.rate) if self._takes_rate else self.schedule(epoch)
        if not isinstance(rate, (float, np.floating)):
            raise ValueError(f"LearningRateScheduler: the schedule must return a float. Received: {rate!r}")
        optimizer.learning_rate = rate
        if self.verbose:
            write_line(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {rate}.")

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        if logs is not None and self.model.optimizer is not None:
            logs["learning_rate"] = self.model.optimizer.rate
