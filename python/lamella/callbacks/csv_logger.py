"""The logs of every epoch as a table in a file."""

from __future__ import annotations

import os
from typing import Any

from lamella import checks
from lamella.callbacks.callback import Callback, Logs
from lamella.checks import flag, refusal


class CSVLogger(Callback):
    """Writes a line an epoch into a CSV file: the epoch, counted from 0, and what the logs hold.

    As in Keras there are columns for validation even where the first epoch has none; they then hold `NA`.

    Args:
        filename: the file.
        separator: what stands between two columns. Defaults to a comma.
        append: whether to add to a file that exists, without a second header. Defaults to False.

    Raises:
        OSError: in training, when the file cannot be written.
        ValueError: for another separator.

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

    def on_train_begin(self, logs: Logs = None) -> None:
        self.keys = None
        self._needs_header = not (self.append and self._size())

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

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        import csv  # not at the top: importing lamella does not wait for it

        values: dict[str, Any] = logs or {}
        if self.keys is None:
            self.keys = sorted(values)
            if not any(key.startswith("val_") for key in self.keys):
                self.keys += [f"val_{key}" for key in self.keys]
        # Opened for every line: what is written survives a training that is interrupted.
        with open(self.filename, "w" if self._needs_header and not self.append else "a", newline="") as file:
            writer = csv.writer(file, delimiter=self.separator, lineterminator="\n")
            if self._needs_header:
                writer.writerow(["epoch", *self.keys])
                self._needs_header = False
            writer.writerow([epoch, *(values.get(key, "NA") for key in self.keys)])
