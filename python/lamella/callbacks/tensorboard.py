"""Curves and histograms for TensorBoard."""

from __future__ import annotations

import os
import time
from typing import Any

from lamella.callbacks.callback import Callback, Logs
from lamella.utils.optional import require


class TensorBoard(Callback):
    """Writes what TensorBoard shows, through tensorboardX (`pip install 'lamella[tensorboard]'`).

    `log_dir/train` and `log_dir/validation` get `epoch_loss` and so on, under Keras's names, so that both
    curves share a chart; with `update_freq` also `batch_loss`; with `histogram_freq` every variable. View
    them with `tensorboard --logdir logs`.

    Args:
        log_dir: the folder. Defaults to `"logs"`.
        histogram_freq: every how many epochs to write histograms of all variables; 0, the default, never.
        write_graph: taken for Keras's sake; no graph is written.
        write_images: must be False.
        write_steps_per_second: whether to write how many steps a second takes. Defaults to False.
        update_freq: `"epoch"` (the default), `"batch"`, or every how many steps to write losses and metrics;
            writing between epochs makes training come back to Python after every batch.
        profile_batch, embeddings_freq, embeddings_metadata: must have their default.

    Raises:
        ImportError: when training begins and tensorboardX is not installed.
        ValueError: for an argument that is not supported.

    >>> callback = TensorBoard("logs", histogram_freq=1)
    >>> callback.log_dir, callback.update_freq
    ('logs', 'epoch')
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str] = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: str | int = "epoch",
        profile_batch: int = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
    ) -> None:
        super().__init__()
        for argument, value in {
            "write_images": write_images,
            "profile_batch": profile_batch,
            "embeddings_freq": embeddings_freq,
            "embeddings_metadata": embeddings_metadata,
        }.items():
            if value:
                raise ValueError(
                    f"TensorBoard: the argument '{argument}' is not supported. Received: {argument}={value!r}"
                )
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq = histogram_freq
        self.write_graph = write_graph
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = _check_update_freq(update_freq)
        self._writers: dict[str, Any] = {}
        self._epoch_began = (0.0, 0)
        if update_freq != "epoch":
            self.on_train_batch_end = self._write_batch  # type: ignore[method-assign]

    def on_train_begin(self, logs: Logs = None) -> None:
        require("tensorboardX", "tensorboard")

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._epoch_began = (time.perf_counter(), self._step())

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        train = self._writer("train")
        optimizer: Any = self.model.optimizer
        train.add_scalar("epoch_learning_rate", optimizer.learning_rate, epoch)
        for name, value in (logs or {}).items():
            if name.startswith("val_"):
                self._writer("validation").add_scalar(f"epoch_{name.removeprefix('val_')}", value, epoch)
            elif name != "learning_rate":
                train.add_scalar(f"epoch_{name}", value, epoch)
        if self.write_steps_per_second:
            began, first = self._epoch_began
            rate = (self._step() - first) / (time.perf_counter() - began)
            train.add_scalar("epoch_steps_per_second", rate, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            for variable in self.model.weights:
                train.add_histogram(f"{variable.path}/histogram", variable.numpy(), epoch)
        for writer in self._writers.values():
            writer.flush()

    def _write_batch(self, batch: int, logs: Logs = None) -> None:
        step = self._step() - 1
        if self.update_freq != "batch" and step % int(self.update_freq) != 0:
            return
        for name, value in (logs or {}).items():
            self._writer("train").add_scalar(f"batch_{name}", value, step)

    def on_train_end(self, logs: Logs = None) -> None:
        for writer in self._writers.values():
            writer.close()
        self._writers = {}

    def _step(self) -> int:
        optimizer: Any = self.model.optimizer
        return int(optimizer.iterations)

    def _writer(self, run: str) -> Any:
        """The writer of a sub-folder, made at first use: no validation, no folder."""
        if run not in self._writers:
            tensorboard = require("tensorboardX", "tensorboard")
            self._writers[run] = tensorboard.SummaryWriter(os.path.join(self.log_dir, run))
        return self._writers[run]


def _check_update_freq(update_freq: str | int) -> str | int:
    if update_freq in ("epoch", "batch") or (isinstance(update_freq, int) and update_freq > 0):
        return update_freq
    raise ValueError(
        "TensorBoard: 'update_freq' must be 'epoch', 'batch' or a positive integer. "
        f"Received: {update_freq!r}"
    )
