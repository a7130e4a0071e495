"""The progress bar."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable

_BOLD, _GREEN, _GREY, _PLAIN = "\x1b[1m", "\x1b[32m", "\x1b[37m", "\x1b[0m"


class Progbar:
    """A line that shows how far a loop has come, how long a step takes, and running values.

    On a terminal and in notebooks the line is redrawn; elsewhere, a log file say, it is written once, at the
    end.

    Args:
        target: number of steps, None when unknown.
        width: width of the bar. Defaults to 20.
        verbose: 0 silent, 1 a bar, 2 one line at the end. Defaults to 1.
        interval: seconds between two drawings at least. Defaults to 0.05.
        stateful_metrics: names whose values are shown as they are; all others are averaged.
        stateless_metrics: names whose values are averaged; all others are shown as they are. Pass one of the
            two.
        unit_name: what a step is called. Defaults to `"step"`.

    Raises:
        ValueError: when both lists are given.

    >>> bar = Progbar(2, verbose=0)
    >>> bar.update(1, [("loss", 0.5)])
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ) -> None:
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ValueError("Pass either stateful_metrics or stateless_metrics, not both")
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.unit_name = unit_name
        self._stateful = None if stateful_metrics is None else frozenset(stateful_metrics)
        self._stateless = None if stateless_metrics is None else frozenset(stateless_metrics)
        self._redraws = sys.stdout.isatty() or "ipykernel" in sys.modules
        self._values: dict[str, tuple[float, int]] = {}
        self._seen = 0
        self._start = time.perf_counter()
        self._drawn_at = float("-inf")
        self._drawn_width = 0

    def update(
        self, current: int, values: Iterable[tuple[str, float]] | None = None, finalize: bool | None = None
    ) -> None:
        """Show that `current` steps are done.

        Args:
            current: steps done.
            values: pairs of name and value.
            finalize: whether this is the last update; by default when `current` reaches the target.
        """
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        self._count_in(current, values or (), finalize)
        now = time.perf_counter()
        if self.verbose == 1:
            due = finalize or (self._redraws and now - self._drawn_at >= self.interval)
            if due:
                self._draw(current, now, finalize)
        elif self.verbose == 2 and finalize:
            seconds = now - self._start
            time_per_step = _step_time(seconds / max(current, 1), self.unit_name)
            _write(f"{current}/{current} - {seconds:.0f}s - {time_per_step}{self._format_values()}\n")

    def add(self, n: int, values: Iterable[tuple[str, float]] | None = None) -> None:
        """Show that `n` more steps are done."""
        self.update(self._seen + n, values)

    def _count_in(self, current: int, values: Iterable[tuple[str, float]], finalize: bool) -> None:
        steps = max(current - self._seen, 1)
        for name, value in values:
            total, count = self._values.get(name, (0.0, 0))
            if finalize or not self._is_averaged(name):
                self._values[name] = (float(value), 1)
            else:
                self._values[name] = (total + float(value) * steps, count + steps)
        self._seen = current

    def _is_averaged(self, name: str) -> bool:
        if self._stateless is not None:
            return name in self._stateless
        return self._stateful is None or name not in self._stateful

    def _draw(self, current: int, now: float, finalize: bool) -> None:
        elapsed = now - self._start
        per_step = elapsed / current if current else 0.0
        if self.target:
            count = f"{current:{len(str(self.target))}d}/{self.target}"
            full = int(self.width * min(current / self.target, 1.0))
            bar = f"{_GREEN}{'━' * full}{_PLAIN}{_GREY}{'━' * (self.width - full)}{_PLAIN}"
            text = f"{_BOLD}{count}{_PLAIN} {bar}"
            seconds = elapsed if finalize else per_step * (self.target - current)
        else:
            text = f"{current:7d}/Unknown"
            seconds = elapsed
        text += (
            f" {_BOLD}{_clock(seconds)}{_PLAIN} {_step_time(per_step, self.unit_name)}{self._format_values()}"
        )
        if not self._redraws:
            _write(_without_codes(text) + "\n")
            return
        width = len(_without_codes(text))
        padding = " " * max(self._drawn_width - width, 0)
        _write("\r" + text + padding + ("\n" if finalize else ""))
        self._drawn_width = width
        self._drawn_at = now

    def _format_values(self) -> str:
        text = ""
        for name, (total, count) in self._values.items():
            mean = total / max(count, 1)
            text += f" - {name}: {mean:.4f}" if abs(mean) > 1e-3 else f" - {name}: {mean:.4e}"
        return text


def _clock(seconds: float) -> str:
    whole = int(seconds)
    if whole >= 3600:
        return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
    if whole >= 60:
        return f"{whole // 60}:{whole % 60:02d}"
    return f"{whole}s"


def _step_time(seconds: float, unit: str) -> str:
    if seconds >= 1 or seconds == 0:
        return f"{seconds:.0f}s/{unit}"
    if seconds >= 1e-3:
        return f"{seconds * 1e3:.0f}ms/{unit}"
    return f"{seconds * 1e6:.0f}us/{unit}"


def _without_codes(text: str) -> str:
    for code in (_BOLD, _GREEN, _GREY, _PLAIN):
        text = text.replace(code, "")
    return text


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
