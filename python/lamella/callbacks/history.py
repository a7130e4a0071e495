"""The record of a training."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella.array_like import ArrayLike
from lamella.callbacks.callback import Callback, Logs
from lamella.utils.plotting import PALETTE, label_lines, label_panel, new_figure


class History(Callback):
    """Losses and metrics of each epoch; what `fit` returns.

    Attributes:
        history: a list of numbers or arrays, one an epoch, for each name: `loss`, `val_loss` ...
        epoch: the epochs, counted from 0.
        params: `verbose`, `epochs` and `steps` of `fit`.

    >>> record = History()
    >>> record.on_train_begin()
    >>> record.on_epoch_end(0, {"loss": 0.5})
    >>> record.history, record.epoch
    ({'loss': [0.5]}, [0])
    """

    state_names = ("history", "epoch")

    def __init__(self) -> None:
        super().__init__()
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []

    def on_train_begin(self, logs: Logs = None) -> None:
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(
                value.tolist() if isinstance(value, ArrayLike) else value
            )

    def plot(self) -> Any:
        """Draw the curves: a panel for the loss and for each metric, training beside validation.

        A metric that is an array has a curve an element.

        Returns:
            A matplotlib `Figure`: `figure.savefig("curves.png")`.

        Raises:
            ImportError: when matplotlib is not installed.
            ValueError: when no epoch was recorded.

        >>> record = History()
        >>> record.on_epoch_end(0, {"loss": 0.5, "val_loss": 0.6})
        >>> len(record.plot().axes)
        1
        """
        names = [name for name in self.history if not name.startswith("val_")]
        if not names:
            raise ValueError("There is nothing to plot: no epoch was recorded")
        names.sort(key=lambda name: name != "loss")
        figure, panels = new_figure(len(names), "")
        for axes, name in zip(panels, names, strict=True):
            ends = []
            for key, label, colour in (
                (name, "training", PALETTE[0]),
                (f"val_{name}", "validation", PALETTE[1]),
            ):
                values = self.history.get(key)
                if not values:
                    continue
                # Validation may have run after some epochs only: its points are spread over the same epochs.
                spacing = len(self.history[name]) / len(values)
                epochs = [spacing * (index + 1) for index in range(len(values))]
                curves = np.reshape(values, (len(values), -1))  # a column an element of a metric
                axes.plot(epochs, curves, color=colour, linewidth=2, marker="o" if len(values) == 1 else None)
                ends.append((epochs[-1], curves[-1, -1], label, colour))
            label_panel(axes, name.replace("_", " "), "epoch")
            axes.margins(x=0.02)
            if len(ends) > 1:
                label_lines(axes, ends)
        return figure
