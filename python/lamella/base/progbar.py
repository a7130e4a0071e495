"""The progress bar."""

from __future__ import annotations

import time
from collections.abc import Iterable
from importlib import import_module
from typing import Any

import numpy as np

from lamella.base import output
from lamella.base.checks import integer, number, refusal, text, verbosity

_MAX_WIDTH = 10_000

_BOLD, _GREEN, _GREY, _PLAIN = "\x1b[1m", "\x1b[32m", "\x1b[37m", "\x1b[0m"


class Progbar:
    """A line that shows how far a loop has come, how long a step takes, and running values.

    On a terminal the line is redrawn, cut to its width until the end; a notebook gets one display that is
    updated; elsewhere, a log file say, the line is written once, at the end. Of values that are arrays the
    mean is shown.

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
        ValueError: when both lists are given, or for an argument that is not what it must be.

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
        self.target = None if target is None else integer("Progbar", "target", target)
        self.width = integer("Progbar", "width", width, least=0, most=_MAX_WIDTH)
        self.verbose = verbosity("Progbar", "verbose", verbose)
        self.interval = number("Progbar", "interval", interval, infinite=True)
        self.unit_name = text("Progbar", "unit_name", unit_name)
        self._stateful = _names("stateful_metrics", stateful_metrics)
        self._stateless = _names("stateless_metrics", stateless_metrics)
        self._terminal = output.is_terminal()
        self._notebook = output.is_notebook()
        self._display: Any = None
        self._values: dict[str, tuple[Any, int]] = {}
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

        Raises:
            ValueError: for something else than pairs.
        """
        if not isinstance(current, (int, np.integer)):
            raise refusal("Progbar", "current", "an integer", current)
        try:
            pairs = [(str(name), value) for name, value in values or ()]
        except (TypeError, ValueError):
            raise refusal("Progbar", "values", "pairs of name and value", values) from None
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        self._count_in(current, pairs, finalize)
        now = time.perf_counter()
        if self.verbose == 1:
            redraws = self._terminal or self._notebook
            due = finalize or (redraws and now - self._drawn_at >= self.interval)
            if due:
                self._draw(current, now, finalize)
        elif self.verbose == 2 and finalize:
            seconds = now - self._start
            time_per_step = _step_time(seconds / max(current, 1), self.unit_name)
            line = f"{current}/{current} - {seconds:.0f}s - {time_per_step}{self._format_values()}"
            output.write_line(line)

    def add(self, n: int, values: Iterable[tuple[str, float]] | None = None) -> None:
        """Show that `n` more steps are done."""
        if not isinstance(n, (int, np.integer)):
            raise refusal("Progbar", "n", "an integer", n)
        self.update(self._seen + n, values)

    def _count_in(self, current: int, values: Iterable[tuple[str, float]], finalize: bool) -> None:
        steps = max(current - self._seen, 1)
        for name, value in values:
            total, count = self._values.get(name, (0.0, 0))
            shown = _number(value)
            if finalize or not self._is_averaged(name) or isinstance(shown, str) or isinstance(total, str):
                self._values[name] = (shown, 1)
            else:
                self._values[name] = (total + shown * steps, count + steps)
        self._seen = current

    def _is_averaged(self, name: str) -> bool:
        if self._stateless is not None:
            return name in self._stateless
        return self._stateful is None or name not in self._stateful

    def _draw(self, current: int, now: float, finalize: bool) -> None:
        elapsed = now - self._start
        per_step = elapsed / current if current else 0.0
        if self.target is not None and self.target > 0:
            count = f"{current:{len(str(self.target))}d}/{self.target}"
            full = int(self.width * min(current / self.target, 1.0))
            done, left = "━━" if output.can_show("━") else "=."
            bar = f"{_GREEN}{done * full}{_PLAIN}{_GREY}{left * (self.width - full)}{_PLAIN}"
            line = f"{_BOLD}{count}{_PLAIN} {bar}"
            seconds = elapsed if finalize else per_step * (self.target - current)
        else:
            line = f"{current:7d}/Unknown"
            seconds = elapsed
        line += (
            f" {_BOLD}{_clock(seconds)}{_PLAIN} {_step_time(per_step, self.unit_name)}{self._format_values()}"
        )
        self._drawn_at = now
        if self._terminal:
            self._redraw(line, finalize)
        elif self._notebook and (self._display is not None or not finalize):
            self._update_display(line)
        else:
            output.write_line(_without_codes(line))

    def _redraw(self, line: str, finalize: bool) -> None:
        """Draw over the line drawn before: what took more than one line could not be drawn over."""
        plain = _without_codes(line)
        if not finalize:
            fitting = output.cut(plain, output.terminal_width() - 1)
            if fitting != plain:
                line = plain = fitting
        padding = " " * max(self._drawn_width - len(plain), 0)
        output.write("\r" + line + padding + ("\n" if finalize else ""))
        self._drawn_width = len(plain)

    def _update_display(self, line: str) -> None:
        """Show the line in place of the one before, also in a notebook that is executed without a browser."""
        display: Any = import_module("IPython.display").display
        content = {"text/plain": line}
        if self._display is None:
            self._display = display(content, raw=True, display_id=True)
        else:
            self._display.update(content, raw=True)

    def _format_values(self) -> str:
        text = ""
        for name, (total, count) in self._values.items():
            if isinstance(total, str):
                text += f" - {name}: {total}"
                continue
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


def _number(value: Any) -> Any:
    """A number, the mean of an array, or a text where it is neither."""
    if isinstance(value, float):
        return value
    try:
        return float(np.mean(value))
    except (TypeError, ValueError):
        return str(value)


def _names(argument: str, names: Any) -> frozenset[str] | None:
    if names is None:
        return None
    if isinstance(names, (list, tuple, set, frozenset)) and all(isinstance(name, str) for name in names):
        return frozenset(names)
    raise refusal("Progbar", argument, "a list of names, or None", names)
