"""The record of a training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lamella.base.array_like import ArrayLike
from lamella.base.checks import refusal
from lamella.base.plotting import PALETTE, label_lines, label_panel, new_figure
from lamella.callbacks.callback import Callback, Logs


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

    def __repr__(self) -> str:
        """The numbers of the last epoch, the losses first."""
        names = sorted(self.history, key=lambda name: name not in ("loss", "val_loss"))
        last = {name: self.history[name][-1] for name in names if self.history[name]}
        epochs = f"{len(self.epoch)} epoch{'' if len(self.epoch) == 1 else 's'}"
        shown = [f"{name} {_short(value)}" for name, value in last.items() if np.ndim(value) == 0]
        return f"History({', '.join([epochs, *shown])})"

    def on_train_begin(self, logs: Logs = None) -> None:
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            number = value.tolist() if isinstance(value, ArrayLike) else value
            known = self.history.get(name)
            if known is None:
                self.history[name] = [number]
            else:
                known.append(number)

    def plot(self, metrics: str | Sequence[str] | None = None, ax: Any = None) -> Any:
        """Draw the curves: a panel for the loss and for each metric, training beside validation.

        A metric that is an array has a curve an element.

        Args:
            metrics: a name or names, such as `"loss"`; all by default, or the loss where `ax` is one panel.
            ax: axes of matplotlib to draw in, one for each panel; a figure of its own by default.

        Returns:
            A matplotlib `Figure`, which notebooks show: `figure.savefig("curves.png")`.

        Raises:
            ImportError: when matplotlib is not installed.
            ValueError: when no epoch was recorded, or not what was asked for.

        >>> record = History()
        >>> record.on_epoch_end(0, {"loss": 0.5, "val_loss": 0.6})
        >>> len(record.plot().axes)
        1
        """
        names = self._panels(metrics, hasattr(ax, "plot"))
        figure, panels = new_figure(len(names), "", ax)
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

    def _panels(self, metrics: Any, one: bool) -> list[str]:
        """The names to draw, the loss first."""
        names = [name for name in self.history if not name.startswith("val_")]
        if not names:
            raise ValueError("There is nothing to plot: no epoch was recorded")
        names.sort(key=lambda name: name != "loss")
        if metrics is None:
            return names[:1] if one else names
        chosen = [metrics] if isinstance(metrics, str) else list(metrics)
        for name in chosen:
            if name not in names:
                raise refusal("plot", "metrics", f"names among {', '.join(names)}", name)
        return chosen


def _short(value: float) -> str:
    """Three digits behind the point, where they show something."""
    return f"{value:.3f}" if 0.001 <= abs(value) < 1e6 or value == 0 else f"{value:.3g}"
