"""The progress bar of `fit`, `evaluate` and `predict`."""

from __future__ import annotations

from typing import Any

from lamella.base.output import write_line
from lamella.base.progbar import Progbar
from lamella.callbacks.callback import Callback, Logs


class ProgbarLogger(Callback):
    """Draws a progress bar an epoch, or with `verbose=2` writes a line an epoch.

    It is told of progress whenever training comes back from native code, every 50 ms at most: it needs
    no hook of batches, which would slow training down.

    >>> logger = ProgbarLogger()
    >>> logger.set_params({"verbose": 0, "epochs": 1, "steps": 3})
    >>> logger.on_epoch_begin(0)
    >>> logger.on_epoch_end(0, {"loss": 0.5})
    """

    def __init__(self) -> None:
        super().__init__()
        self._bar: Progbar | None = None
        self._in_fit = False
        self._steps: int | None = None
        self._done = 0

    def set_params(self, params: dict[str, Any]) -> None:
        """Take the parameters of the call."""
        super().set_params(params)
        self._steps = params.get("steps")

    @property
    def _verbose(self) -> int:
        return int(self.params.get("verbose", 1))

    def _begin(self) -> None:
        self._bar = Progbar(self._steps, verbose=self._verbose, stateless_metrics=())
        self._done = 0

    def progress(self, done: int, logs: Logs = None) -> None:
        """Show that `done` steps of the epoch are done."""
        self._done = done
        if self._bar is not None and self._bar.verbose == 1:
            self._bar.update(done, (logs or {}).items(), finalize=False)

    def _end(self, logs: Logs) -> None:
        if self._bar is not None:
            if self._steps is None:  # known from here on
                self._steps = self._bar.target = self._done
            self._bar.update(self._steps, (logs or {}).items(), finalize=True)
        self._bar = None

    def on_train_begin(self, logs: Logs = None) -> None:
        self._in_fit = True

    def on_train_end(self, logs: Logs = None) -> None:
        self._in_fit = False

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        if self._verbose and self.params.get("epochs", 1) > 1:
            write_line(f"Epoch {epoch + 1}/{self.params['epochs']}")
        self._begin()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self._end(logs)

    def on_test_begin(self, logs: Logs = None) -> None:
        if not self._in_fit:
            self._begin()

    def on_test_end(self, logs: Logs = None) -> None:
        if not self._in_fit:
            self._end(logs)

    def on_predict_begin(self, logs: Logs = None) -> None:
        self._begin()

    def on_predict_end(self, logs: Logs = None) -> None:
        self._end(None)
