"""Training that goes on where it was interrupted."""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING, Protocol

from lamella.base import checks
from lamella.base.checks import flag
from lamella.base.types import Array, Config
from lamella.callbacks.callback import Callback, checked_frequency

if TYPE_CHECKING:
    from lamella.saving.native.tensor_file import TensorFile


class RunningState(Protocol):
    """A running `fit`, which describes itself and takes a description back."""

    began: int

    def describe(
        self, epoch: int, in_epoch: bool, logs: dict[str, float]
    ) -> tuple[Config, dict[str, Array]]: ...

    def restore(self, content: Config, file: TensorFile) -> tuple[int, bool, dict[str, float]]: ...


class BackupAndRestore(Callback):
    """Writes down where training is, so that a run that is killed and started again goes on from there.

    Weights, optimizer, epoch, place in the shuffled data, running loss and metrics, random numbers, the other
    callbacks and the history are kept: the run that is started again, with the same code and data, ends with
    the same bits as one that was never interrupted. The file is written under a temporary name and renamed,
    so that it is whole at any moment; it is removed when `fit` ends.

    Data that comes batch by batch is gone through again up to the place, and must yield the same batches; the
    hooks of a `PyDataset` are called for the passes before. A layer of your own keeps what it learns in its
    variables. With several calls of `fit` after each other, all are run again, each from its own file.

    Args:
        backup_dir: a folder for the file, made where there is none; one for each training.
        save_freq: `"epoch"` (the default), after every epoch, or a number: after so many steps, too.
        double_checkpoint: whether to keep the file before the last one as well, for the case that the disk
            damages the last one. Defaults to False.
        delete_checkpoint: whether to remove the file when `fit` ends. Defaults to True.

    Raises:
        OSError: in training, when the file cannot be written or read.
        ValueError: for another `save_freq`, or no folder; in training, when the file is damaged or of another
            training.

    >>> import pathlib, tempfile, numpy as np, lamella
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> model = lamella.Sequential([lamella.Input((2,)), lamella.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> backup = BackupAndRestore(folder, save_freq=10)
    >>> model.fit(np.ones((4, 2)), np.zeros(4), epochs=2, verbose=0, callbacks=[backup]).epoch
    [0, 1]
    """

    def __init__(
        self,
        backup_dir: str | os.PathLike[str],
        save_freq: str | int = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        super().__init__()
        owner = type(self).__name__
        self.backup_dir = checks.path(owner, "backup_dir", backup_dir)
        self.save_freq = checked_frequency(owner, "save_freq", save_freq, "epoch")
        self.double_checkpoint = flag(owner, "double_checkpoint", double_checkpoint)
        self.delete_checkpoint = flag(owner, "delete_checkpoint", delete_checkpoint)
        self._file = self._previous = ""
        self._state: RunningState | None = None
        self._logs: dict[str, float] = {}
        self._done = 0
        self._since = 0

    # What `fit` calls: the state must be that of all callbacks, so this one comes after all others.

    def begin(self, state: RunningState) -> None:
        """Take over what is to be written down."""
        from lamella.base.atomic_file import remove_leftovers

        self._state, self._logs, self._done, self._since = state, {}, 0, 0
        # A later call of `fit` begins at another step, and leaves the files of an earlier one alone.
        self._file = os.path.join(self.backup_dir, f"training-{state.began}.safetensors")
        self._previous = os.path.join(self.backup_dir, f"previous-{state.began}.safetensors")
        os.makedirs(self.backup_dir, exist_ok=True)
        remove_leftovers(self._file)

    def restore(self) -> tuple[int, bool, dict[str, float]] | None:
        """Go back to what was written down; returns the epoch, whether it had begun, and the last logs."""
        found = [path for path in (self._file, self._previous) if os.path.exists(path)]
        for path in found:
            try:
                result = self._read(path)
            except ValueError as error:
                if path == found[-1]:
                    raise
                warnings.warn(f"{error}; the file before it is used", stacklevel=4)
            else:
                self._logs = result[2]
                return result
        return None

    def steps_to_next(self) -> int:
        """Steps that may run before the next file is due, 0 for any number."""
        return 0 if isinstance(self.save_freq, str) else self.save_freq - self._since

    def steps_done(self, epoch: int, done: int) -> None:
        """Count the steps of an epoch, and write where a file is due."""
        self._since += done - self._done
        self._done = done
        if not isinstance(self.save_freq, str) and self._since >= self.save_freq:
            self._write(epoch, in_epoch=True)

    def epoch_ended(self, epoch: int, logs: dict[str, float]) -> None:
        """Write, where that is due after an epoch."""
        self._logs, self._done = logs, 0
        if self.save_freq == "epoch":
            self._write(epoch + 1, in_epoch=False)

    def training_ended(self) -> None:
        """Remove the files, where they are not wanted any more."""
        self._state = None
        if self.delete_checkpoint:
            for path in (self._file, self._previous):
                if os.path.exists(path):
                    os.unlink(path)

    # Files.

    def _write(self, epoch: int, in_epoch: bool) -> None:
        from lamella.saving.native import model_file

        assert self._state is not None
        self._since = 0
        content, tensors = self._state.describe(epoch, in_epoch, self._logs)
        if self.double_checkpoint and os.path.exists(self._file):
            os.replace(self._file, self._previous)
        model_file.write(self._file, content, tensors)

    def _read(self, path: str) -> tuple[int, bool, dict[str, float]]:
        from lamella.saving.loading import loading
        from lamella.saving.native.model_file import read_content
        from lamella.saving.native.tensor_file import open_tensors

        assert self._state is not None
        with loading(path), open_tensors(path) as file:
            result = self._state.restore(read_content(file), file)
        return result
