"""Smaller steps when nothing improves any more."""

from __future__ import annotations

from typing import Any

from lamella.base.checks import integer, number, verbosity
from lamella.base.output import write_line
from lamella.callbacks.callback import Logs, require_settable_rate
from lamella.callbacks.monitor import MonitorCallback


class ReduceLROnPlateau(MonitorCallback):
    """Multiplies the learning rate by a factor when a monitored value has stopped improving.

    NaN is never an improvement. The logs get `learning_rate`.

    Args:
        monitor: name in the logs. Defaults to `"val_loss"`.
        factor: what the rate is multiplied by, in (0, 1). Defaults to 0.1.
        patience: epochs without improvement after which that happens. Defaults to 10.
        verbose: 1 prints the new rate. Defaults to 0.
        mode: `"min"`, `"max"`, or `"auto"` (the default) to tell from the metric.
        min_delta: smaller changes count as no improvement. Defaults to 0.0001.
        cooldown: epochs to wait after a reduction before patience counts again. Defaults to 0.
        min_lr: the rate never gets smaller. Defaults to 0.

    Raises:
        ValueError: for an argument that is not what it must be; in training, when `"auto"` cannot tell, the
            value is not one number, or a schedule gives the rate.

    >>> import numpy as np, lamella
    >>> model = lamella.Sequential([lamella.Input((2,)), lamella.layers.Dense(1)])
    >>> model.compile(lamella.optimizers.SGD(0.1), "mse")
    >>> reduce = ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=1e9)
    >>> x = np.ones((4, 2))
    >>> model.fit(x, np.zeros(4), epochs=3, verbose=0, callbacks=[reduce]).history["learning_rate"]
    [0.1, 0.1, 0.05]
    """

    state_names = ("wait", "cooldown_counter", "best")

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 0.0001,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        super().__init__(monitor, mode, min_delta)
        owner = type(self).__name__
        self.factor = number(owner, "factor", factor, above=0, below=1)
        self.patience = integer(owner, "patience", patience, least=0)
        self.verbose = verbosity(owner, "verbose", verbose)
        self.cooldown = integer(owner, "cooldown", cooldown, least=0)
        self.min_lr = number(owner, "min_lr", min_lr, least=0)
        self._reset()

    def _reset(self) -> None:
        self.wait = 0
        self.cooldown_counter = 0
        self.best: float | None = None

    def on_train_begin(self, logs: Logs = None) -> None:
        require_settable_rate(self)
        self._reset()
        self.find_direction()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        optimizer: Any = self.model.optimizer
        if logs is not None:
            logs["learning_rate"] = optimizer.rate
        current = self.monitored(logs)
        if current is None:
            return
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.wait = 0
        if self.improves(current, self.best):
            self.best = current
            self.wait = 0
        elif self.cooldown_counter == 0:
            self.wait += 1
            if self.wait >= self.patience and optimizer.rate > self.min_lr:
                self._reduce(optimizer, epoch)

    def _reduce(self, optimizer: Any, epoch: int) -> None:
        optimizer.learning_rate = max(optimizer.rate * self.factor, self.min_lr)
        if self.verbose:
            write_line(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {optimizer.rate}.")
        self.cooldown_counter = self.cooldown
        self.wait = 0
