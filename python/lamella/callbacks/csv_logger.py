"""The logs of every epoch as a table in a file."""

from __future__ import annotations

import os
import warnings
from typing import Any

import numpy as np

from lamella.base import checks
from lamella.base.checks import flag, refusal, shown
from lamella.callbacks.callback import Callback, Logs


class CSVLogger(Callback):
    """Writes a line an epoch into a CSV file: the epoch, counted from 0, and what the logs hold.

    As in Keras there are columns for validation even where the first epoch has none; they then hold `NA`.
    Arrays are written as lists.

    Args:
        filename: the file.
        separator: what stands between two columns. Defaults to a comma.
        append: whether to add to a file that exists, under its header: a column that nothing is logged for
            gets `NA`, and what has no column is left out with a warning. Defaults to False.

    Raises:
        OSError: in training, when the file cannot be written.
        ValueError: for an argument that is not what it must be; in training, for `append` to a file that is
            no such log.

    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "log.csv"
    >>> logger = CSVLogger(path)
    >>> logger.on_train_begin()
    >>> logger.on_epoch_end(0, {"loss": 0.5, "val_loss": 0.75})
    >>> print(path.read_text().strip())
    epoch,loss,val_loss
    0,0.5,0.75
    """

    def __init__(self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False) -> None:
        super().__init__()
        owner = type(self).__name__
        self.filename = checks.path(owner, "filename", filename)
        if not isinstance(separator, str) or len(separator) != 1 or separator in '"\r\n':
            raise refusal(owner, "separator", "one character, no quote and no line break", separator)
        self.separator = separator
        self.append = flag(owner, "append", append)
        self.keys: list[str] | None = None
        self._needs_header = True
        self._warned = False

    def on_train_begin(self, logs: Logs = None) -> None:
        self._needs_header = not (self.append and self._size())
        self._warned = False
        self.keys = None if self._needs_header else self._columns()

    def get_state(self) -> dict[str, Any]:
        """Columns, and how long the file is."""
        return {"keys": self.keys, "size": 0 if self._needs_header else self._size()}

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on with these columns, without the lines that came later."""
        self.keys = state["keys"]
        self._needs_header = state["size"] == 0
        if state["size"] < self._size():
            os.truncate(self.filename, state["size"])

    def _size(self) -> int:
        return os.path.getsize(self.filename) if os.path.exists(self.filename) else 0

    def _columns(self) -> list[str]:
        """The columns of the file that is continued, without the first, the epoch."""
        import csv

        with open(self.filename, newline="") as file:
            header = next(csv.reader(file, delimiter=self.separator), [])
        if header[:1] != ["epoch"]:
            raise ValueError(
                f"CSVLogger: '{self.filename}' is no log that could be continued with separator="
                f"{self.separator!r}: it begins with {shown(header)}"
            )
        return header[1:]

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        import csv  # not at the top: importing lamella does not wait for it

        values: dict[str, Any] = logs or {}
        if self.keys is None:
            self.keys = sorted(values)
            if not any(key.startswith("val_") for key in self.keys):
                self.keys += [f"val_{key}" for key in self.keys]
        left_out = [key for key in values if key not in self.keys]
        if left_out and not self._warned:
            self._warned = True
            warnings.warn(
                f"CSVLogger: '{self.filename}' has no column for {', '.join(left_out)}", stacklevel=2
            )
        # Opened for every line: what is written survives a training that is interrupted.
        with open(self.filename, "w" if self._needs_header and not self.append else "a", newline="") as file:
            writer = csv.writer(file, delimiter=self.separator, lineterminator="\n")
            if self._needs_header:
                writer.writerow(["epoch", *self.keys])
                self._needs_header = False
            writer.writerow([epoch, *(_cell(values.get(key, "NA")) for key in self.keys)])


def _cell(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray) else value
