"""What callbacks that watch one value of the logs have in common."""

from __future__ import annotations

import math
import warnings
from typing import Any

from lamella.base.checks import choice, number, shown, text
from lamella.base.naming import nearest_name
from lamella.callbacks.callback import Callback, Logs

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
        self._warned = False

    def find_direction(self) -> None:
        """Settle whether more is better; called when training begins, when the metrics are known."""
        self._warned = False
        self._more_is_better = self.mode == "max" or (self.mode == "auto" and self._grows())

    def improves(self, value: float, reference: float | None) -> bool:
        """Whether a value is better than another by more than `min_delta`.

        NaN is never better, and any other value is better than None.
        """
        if math.isnan(value):
            return False
        if reference is None:
            return True
        if self._more_is_better:
            return value - self.min_delta > reference
        return value + self.min_delta < reference

    def monitored(self, logs: Logs) -> float | None:
        """The value in the logs; warns where there is none, once a training.

        Raises:
            ValueError: when it is not one number.
        """
        names = list(logs or {})
        value: Any = (logs or {}).get(self.monitor)
        if value is None:
            if not self._warned:
                self._warned = True
                message = f"{type(self).__name__} looks at '{self.monitor}', which is not there."
                warnings.warn(
                    f"{message}{nearest_name(self.monitor, names)} Available: {', '.join(names)}",
                    stacklevel=3,
                )
            return None
        try:
            return float(value)
        except (TypeError, ValueError):
            raise ValueError(
                f"{type(self).__name__}: '{self.monitor}' must be one number to be compared. "
                f"Received: {shown(value)}"
            ) from None

    def _grows(self) -> bool:
        name = self.monitor.removeprefix("val_")
        if name == "loss":
            return False
        for metric in self.model.metrics:
            # A metric of the user's own that gives no direction may be of either kind.
            if metric.name == name and (metric.direction is not None or metric.kind != "python"):
                return metric.direction == "up"
        hint = nearest_name(name, [metric.name for metric in self.model.metrics])
        raise ValueError(
            f"{type(self).__name__} cannot tell whether more of '{self.monitor}' is better: pass mode='min' "
            f"or mode='max'.{hint}"
        )
