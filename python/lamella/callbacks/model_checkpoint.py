"""Models, or weights, written into files while training runs."""

from __future__ import annotations

import os

from lamella.base.checks import flag, number, verbosity
from lamella.base.output import write_line
from lamella.callbacks.callback import Logs, checked_frequency
from lamella.callbacks.monitor import MonitorCallback


class ModelCheckpoint(MonitorCallback):
    """Saves the model, or its weights, after every epoch, or where a monitored value is the best so far.

    A file appears whole or not at all.

    Args:
        filepath: the file, as of `Model.save` or `Model.save_weights`; `{epoch}`, `{batch}` and the names in
            the logs are filled in, as in `"{epoch:02d}-{val_loss:.3f}.safetensors"`, epochs counted from 1.
        monitor: name in the logs. Defaults to `"val_loss"`.
        verbose: 1 prints what it does. Defaults to 0.
        save_best_only: whether to save only where the monitored value is the best so far, which NaN never is;
            where the value is not in the logs, a warning says so and every file is saved. Defaults to False.
        save_weights_only: whether to save weights without the rest. Defaults to False.
        mode: `"min"`, `"max"`, or `"auto"` (the default) to tell from the metric.
        save_freq: `"epoch"` (the default), or a number: after so many steps.
        initial_value_threshold: a value that must be beaten before the first file is written, or None.

    Raises:
        OSError: in training, when a file cannot be written.
        ValueError: for an argument that is not what it must be, or a suffix that saving does not take; in
            training, for a name in `filepath` that is not in the logs, a form that does not fit its value, or
            a monitored value that is not one number.

    >>> import pathlib, tempfile, numpy as np, lamella
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> model = lamella.Sequential([lamella.Input((2,)), lamella.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> checkpoint = ModelCheckpoint(folder / "{epoch}.safetensors")
    >>> _ = model.fit(np.ones((4, 2)), np.zeros(4), epochs=2, verbose=0, callbacks=[checkpoint])
    >>> sorted(path.name for path in folder.iterdir())
    ['1.safetensors', '2.safetensors']
    """

    state_names = ("best", "_steps", "_epoch")

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__(monitor, mode, min_delta=0)
        from lamella.saving.files import checked_name

        owner = type(self).__name__
        self.save_freq = checked_frequency(owner, "save_freq", save_freq, "epoch")
        self.verbose = verbosity(owner, "verbose", verbose)
        self.save_best_only = flag(owner, "save_best_only", save_best_only)
        self.save_weights_only = flag(owner, "save_weights_only", save_weights_only)
        self.filepath = checked_name(owner, filepath, self.save_weights_only)
        self.best: float | None = None
        if initial_value_threshold is not None:
            self.best = number(owner, "initial_value_threshold", initial_value_threshold, infinite=True)
        self._steps = 0
        self._epoch = 0
        if self.save_freq != "epoch":
            self.on_train_batch_end = self._count_step  # type: ignore[method-assign]  # else nobody listens

    def on_train_begin(self, logs: Logs = None) -> None:
        if self.save_best_only:
            self.find_direction()

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._epoch = epoch

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        if self.save_freq == "epoch":
            self._save(epoch, None, logs)

    def _count_step(self, batch: int, logs: Logs = None) -> None:
        self._steps += 1
        if self._steps == self.save_freq:
            self._steps = 0
            self._save(self._epoch, batch, logs)

    def _save(self, epoch: int, batch: int | None, logs: Logs) -> None:
        path = self._path(epoch, batch, logs or {})
        news = ""
        current = self.monitored(logs) if self.save_best_only else None  # without a value all are saved
        if current is not None:
            best = "None" if self.best is None else f"{self.best:.5f}"
            if not self.improves(current, self.best):
                self._say(epoch, f"{self.monitor} did not improve from {best}")
                return
            self.best = current
            news = f"{self.monitor} improved from {best} to {current:.5f}, "
        self._say(epoch, f"{news}saving {'weights' if self.save_weights_only else 'model'} to {path}")
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path)
        else:
            self.model.save(path)

    def _say(self, epoch: int, message: str) -> None:
        if self.verbose:
            write_line(f"\nEpoch {epoch + 1}: {message}")

    def _path(self, epoch: int, batch: int | None, logs: dict[str, float]) -> str:
        known = {"epoch": epoch + 1, **({} if batch is None else {"batch": batch + 1}), **logs}
        try:
            return self.filepath.format(**known)
        except KeyError as error:
            raise ValueError(
                f"ModelCheckpoint: {error} in '{self.filepath}' is not known. Available: {', '.join(known)}"
            ) from None
        except (AttributeError, IndexError, TypeError, ValueError) as error:
            raise ValueError(
                f"ModelCheckpoint: '{self.filepath}' cannot be filled in with {', '.join(known)}: {error}"
            ) from None
