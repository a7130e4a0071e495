"""Stopping when nothing improves any more."""

from __future__ import annotations

from lamella.base.checks import flag, integer, number, verbosity
from lamella.base.output import write_line
from lamella.base.types import Array
from lamella.callbacks.callback import Logs
from lamella.callbacks.monitor import MonitorCallback


class EarlyStopping(MonitorCallback):
    """Stops training when a monitored value has stopped improving; NaN is never an improvement.

    Args:
        monitor: name in the logs. Defaults to `"val_loss"`.
        min_delta: smaller changes count as no improvement. Defaults to 0.
        patience: epochs without improvement after which training stops. Defaults to 0.
        verbose: 1 prints what it does. Defaults to 0.
        mode: `"min"`, `"max"`, or `"auto"` (the default) to tell from the metric.
        baseline: a value that must be beaten for patience to start again, or None.
        restore_best_weights: whether to give the model the weights of the best epoch at the end. Defaults to
            False.
        start_from_epoch: epochs before this one, counted from 0, are not looked at. Defaults to 0.

    Raises:
        ValueError: for an argument that is not what it must be; in training, when `"auto"` cannot tell, or
            the value is not one number.

    >>> import numpy as np, lamella
    >>> model = lamella.Sequential([lamella.Input((2,)), lamella.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> stop = EarlyStopping("loss", min_delta=1e9, patience=2)
    >>> x = np.ones((4, 2))
    >>> len(model.fit(x, np.zeros(4), epochs=10, verbose=0, callbacks=[stop]).epoch)
    3
    """

    state_names = ("wait", "stopped_epoch", "best", "best_epoch", "best_weights")

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta)
        owner = type(self).__name__
        self.patience = integer(owner, "patience", patience, least=0)
        self.verbose = verbosity(owner, "verbose", verbose)
        self.baseline = None if baseline is None else number(owner, "baseline", baseline, infinite=True)
        self.restore_best_weights = flag(owner, "restore_best_weights", restore_best_weights)
        self.start_from_epoch = integer(owner, "start_from_epoch", start_from_epoch, least=0)
        self._reset()

    def _reset(self) -> None:
        self.wait = 0
        self.stopped_epoch = 0
        self.best: float | None = None
        self.best_epoch = 0
        self.best_weights: list[Array] | None = None

    def on_train_begin(self, logs: Logs = None) -> None:
        self._reset()
        self.find_direction()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        current = self.monitored(logs)
        if current is None or epoch < self.start_from_epoch:
            return
        self.wait += 1
        if self.improves(current, self.best):
            self.best = current
            self.best_epoch = epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            if self.baseline is None or self.improves(current, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Logs = None) -> None:
        if self.stopped_epoch > 0 and self.verbose:
            write_line(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.best_weights is not None:
            if self.verbose:
                write_line(f"Restoring model weights from the end of the best epoch: {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)
