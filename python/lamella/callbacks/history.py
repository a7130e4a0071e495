"""The record of a training."""

from __future__ import annotations

from lamella.callbacks.callback import Callback, Logs


class History(Callback):
    """Losses and metrics of each epoch; what `fit` returns.

    Attributes:
        history: a list of numbers, one an epoch, for each name: `loss`, `accuracy`, `val_loss` ...
        epoch: the epochs, counted from 0.
        params: `verbose`, `epochs` and `steps` of `fit`.

    >>> record = History()
    >>> record.on_train_begin()
    >>> record.on_epoch_end(0, {"loss": 0.5})
    >>> record.history, record.epoch
    ({'loss': [0.5]}, [0])
    """

    def __init__(self) -> None:
        super().__init__()
        self.history: dict[str, list[float]] = {}
        self.epoch: list[int] = []

    def on_train_begin(self, logs: Logs = None) -> None:
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
