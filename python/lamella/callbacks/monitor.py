"""What callbacks that watch one value of the logs have in common."""

from __future__ import annotations

import warnings

from lamella.callbacks.callback import Callback, Logs
from lamella.checks import choice, number, text

_MODES = ("auto", "min", "max")


class MonitorCallback(Callback):
    """Base class of callbacks that wait for a value of the logs to improve.

    Args:
        monitor: name in the logs.
        mode: `"min"`, `"max"`, or `"auto"` to tell from the metric.
        min_delta: smaller changes count as no improvement.

    Raises:
        ValueError: for another mode; in training, when `"auto"` cannot tell.
    """

    def __init__(self, monitor: str, mode: str, min_delta: float) -> None:
        super().__init__()
        owner = type(self).__name__
        self.monitor = text(owner, "monitor", monitor)
        self.mode = choice(owner, "mode", mode, _MODES)
        self.min_delta = abs(number(owner, "min_delta", min_delta))
        self._more_is_better = False

    def find_direction(self) -> None:
        """Settle whether more is better; called when training begins, when the metrics are known."""
        self._more_is_better = self.mode == "max" or (self.mode == "auto" and self._grows())

    def improves(self, value: float, reference: float | None) -> bool:
        """Whether a value is better than another by more than `min_delta`; anything is better than None."""
        if reference is None:
            return True
        if self._more_is_better:
            return value - self.min_delta > reference
        return value + self.min_delta < reference

    def monitored(self, logs: Logs) -> float | None:
        """The value in the logs; warns where there is none."""
        value = (logs or {}).get(self.monitor)
        if value is None:
            warnings.warn(
                f"{type(self).__name__} looks at '{self.monitor}', which is not there. "
                f"Available: {', '.join(logs or ())}",
                stacklevel=3,
            )
        return value

    def _grows(self) -> bool:
        name = self.monitor.removeprefix("val_")
        if name == "loss":
            return False
        for metric in self.model.metrics:
            if metric.name == name:
                return metric.direction == "up"
        raise ValueError(
            f"{type(self).__name__} cannot tell whether more of '{self.monitor}' is better: pass mode='min' "
            "or mode='max'"
        )
