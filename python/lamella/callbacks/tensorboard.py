"""Curves and histograms for TensorBoard."""

from __future__ import annotations

import operator
import os
import time
import warnings
from typing import Any

import numpy as np

from lamella.base import checks
from lamella.base.checks import flag, integer, refusal
from lamella.base.optional import require
from lamella.callbacks.callback import Callback, Logs, checked_frequency


class TensorBoard(Callback):
    """Writes what TensorBoard shows, through tensorboardX (`pip install 'lamella[tensorboard]'`).

    `log_dir/train` and `log_dir/validation` get `epoch_loss` and so on, under Keras's names, so that both
    curves share a chart; with `update_freq` also `batch_loss`; with `histogram_freq` every variable. View
    them with `tensorboard --logdir logs`. Each number of a metric that is an array has a curve of its own.

    Args:
        log_dir: the folder. Defaults to `"logs"`.
        histogram_freq: every how many epochs to write histograms of all variables; 0, the default, never.
        write_graph: accepted for compatibility with Keras; no graph is written.
        write_images: accepted for compatibility with Keras; no images are written.
        write_steps_per_second: whether to write how many steps a second takes. Defaults to False.
        update_freq: `"epoch"` (the default), `"batch"`, or every how many steps to write losses and metrics;
            writing between epochs makes training come back to Python after every batch.
        profile_batch, embeddings_freq, embeddings_metadata: accepted for compatibility with
            Keras; nothing is written for them.

    An argument that asks for what is not written warns.

    Raises:
        ImportError: when training begins and tensorboardX is not installed.
        ValueError: for an argument that is not what it must be.

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
        owner = type(self).__name__
        self.log_dir = checks.path(owner, "log_dir", log_dir)
        self.histogram_freq = integer(owner, "histogram_freq", histogram_freq, least=0)
        self.write_graph = flag(owner, "write_graph", write_graph)
        self.write_images = flag(owner, "write_images", write_images)
        self.write_steps_per_second = flag(owner, "write_steps_per_second", write_steps_per_second)
        self.update_freq = checked_frequency(owner, "update_freq", update_freq, "epoch", "batch")
        self.embeddings_freq = integer(owner, "embeddings_freq", embeddings_freq, least=0)
        self.embeddings_metadata = embeddings_metadata
        left_out = {
            "images of the weights (write_images)": self.write_images and self.histogram_freq > 0,
            "profile (profile_batch)": _asks_for_profile(profile_batch),
            "embeddings (embeddings_freq)": self.embeddings_freq > 0,
        }
        if any(left_out.values()):
            missing = ", no ".join(what for what, asked in left_out.items() if asked)
            warnings.warn(f"TensorBoard writes no {missing}", stacklevel=2)
        self._writers: dict[str, Any] = {}
        self._epoch_began = (0.0, 0)
        if self.update_freq != "epoch":
            self.on_train_batch_end = self._write_batch  # type: ignore[method-assign]

    def on_train_begin(self, logs: Logs = None) -> None:
        require("tensorboardX", "tensorboard")

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._epoch_began = (time.perf_counter(), self._step())

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        train = self._writer("train")
        optimizer: Any = self.model.optimizer
        train.add_scalar("epoch_learning_rate", optimizer.rate, epoch)
        for name, value in (logs or {}).items():
            if name.startswith("val_"):
                _add(self._writer("validation"), f"epoch_{name.removeprefix('val_')}", value, epoch)
            elif name != "learning_rate":
                _add(train, f"epoch_{name}", value, epoch)
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
            _add(self._writer("train"), f"batch_{name}", value, step)

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


def _add(writer: Any, tag: str, value: Any, step: int) -> None:
    """Write a number, or each number of an array under the tag and its index."""
    numbers = np.asarray(value)
    if numbers.ndim == 0:
        writer.add_scalar(tag, value, step)
    for index in np.ndindex(numbers.shape if numbers.ndim else (0,)):
        writer.add_scalar(f"{tag}/{'_'.join(map(str, index))}", numbers[index], step)


def _asks_for_profile(profile_batch: Any) -> bool:
    """Whether steps are to be profiled: a step, or the first and the last one, perhaps as a text."""
    parts = profile_batch.split(",") if isinstance(profile_batch, str) else profile_batch
    parts = parts if isinstance(parts, (list, tuple)) else [parts]
    try:
        steps = [int(part) if isinstance(part, str) else operator.index(part) for part in parts]
    except (TypeError, ValueError):
        steps = []
    if not 1 <= len(steps) <= 2 or not 0 <= steps[0] <= steps[-1]:
        raise refusal("TensorBoard", "profile_batch", "0, a step or a pair of steps", profile_batch)
    return steps[-1] > 0
