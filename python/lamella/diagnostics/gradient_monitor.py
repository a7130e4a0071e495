"""Watching gradients, activations and updates while a model trains."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from lamella.base.checks import integer
from lamella.base.plotting import QUIET, label_panel, new_figure
from lamella.base.types import Array
from lamella.callbacks.callback import Callback, Logs
from lamella.data.arrays import ArrayData, adapt
from lamella.diagnostics.observed import Observed
from lamella.diagnostics.probe import leaves
from lamella.diagnostics.signals import SignalMeter, size_of
from lamella.diagnostics.verdict import Finding, diagnosis
from lamella.layers import Layer

MOST_ROWS = 32
"""A unit that is off in so many rows one after the other counts as dead: one that is on in a tenth of the
rows would be on in one of them with a probability of 97 %."""

ALL_OFF = 64
"""Where all units of a layer are off, so many of them, counted in each row, are enough to call them dead."""

_SERIES = ("activations", "signals", "gradients", "updates", "ratios", "dead", "saturated")


class GradientMonitor(Callback):
    """Measures how far signals reach, forward and backward, and how large steps are; says what is wrong.

    Sizes are root mean squares, so that layers of different width compare. The measurement leaves no trace in
    training; it costs a forward and a backward step.

    Args:
        x, y: rows to measure with, as of `fit`; by default those of the step that comes next.
        sample_weight: their weights, or None.
        every: every how many steps to measure, and once more at the end. Defaults to 10.

    Attributes:
        steps: the steps at which it measured, but for the end.
        losses: the loss of the rows, without penalties, a number a measurement, as everything below.
        idle_losses: the loss if nothing but zeros came to the last activation.
        inputs: size of the inputs.
        activations: size of each layer's outputs, a list a layer, by its name; of a softmax or sigmoid that
            is computed together with the loss, of what goes into it.
        signals: norm of the gradient of the loss by each layer's outputs; of the last layer, by what goes
            into its activation. Means over positions are made up for.
        gradients: size of the gradient of each layer's trainable variables.
        updates: size of the change of these variables in one step.
        ratios: norm of that change divided by the norm of the variables.
        dead: for activations that are off below (ReLU, GELU, ELU ...) the share of units that are off in all
            of the rows, and in those of the measurements before, up to 32.
        saturated: for activations with two flat ends (tanh, sigmoid ...) the share of outputs there.

    Raises:
        TypeError, ValueError: in training, as `fit`; for `every` below 1, or x without y, at once.

    >>> import numpy as np, lamella
    >>> tanh = [lamella.layers.Dense(8, activation="tanh") for _ in range(3)]
    >>> model = lamella.Sequential([lamella.Input((4,)), *tanh, lamella.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> x = np.random.default_rng(0).normal(size=(64, 4))
    >>> monitor = GradientMonitor(every=1)
    >>> history = model.fit(x, x.sum(axis=1), verbose=0, callbacks=[monitor])
    >>> monitor.verdict().partition(":")[0]
    'healthy'
    """

    state_names = ("steps", "losses", "idle_losses", "inputs", *_SERIES, "not_finite", "_off", "_rows_seen")

    def __init__(self, x: Any = None, y: Any = None, sample_weight: Any = None, every: int = 10) -> None:
        super().__init__()
        self.every = integer("GradientMonitor", "every", every, least=1)
        if (x is None) != (y is None) or (x is None and sample_weight is not None):
            raise ValueError(
                "GradientMonitor: pass x and y, or neither of them to measure on what is trained on"
            )
        self._rows = None if x is None else (x, y, sample_weight)
        self._next_batch: Callable[[], ArrayData] | None = None
        self._clear()

    def _clear(self) -> None:
        self.steps: list[int] = []
        self.losses: list[float] = []
        self.idle_losses: list[float] = []
        self.inputs: list[float] = []
        self.activations: dict[str, list[float]] = {}
        self.signals: dict[str, list[float]] = {}
        self.gradients: dict[str, list[float]] = {}
        self.updates: dict[str, list[float]] = {}
        self.ratios: dict[str, list[float]] = {}
        self.dead: dict[str, list[float]] = {}
        self.saturated: dict[str, list[float]] = {}
        self.not_finite: int | None = None
        self._off: dict[str, Array] = {}
        self._rows_seen = 0
        self._end: _Measured | None = None
        self._stream: list[str] = []
        self._own_rows: ArrayData | None = None
        self._last_rows: ArrayData | None = None
        self._meter: SignalMeter | None = None
        self._before: dict[str, list[Array]] | None = None

    def set_batches(self, next_batch: Callable[[], ArrayData]) -> None:
        self._next_batch = next_batch

    def on_train_begin(self, logs: Logs = None) -> None:
        self._clear()
        if self._rows is not None:
            self._own_rows = self.model.session().prepared(adapt(*self._rows))[0]

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        optimizer: Any = self.model.optimizer
        if optimizer.iterations % self.every == 0:
            self._take(self._measured(self._rows_now()), optimizer.iterations)
            self._before = {label: _values(layer) for label, layer in self._trained().items()}

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        if self.not_finite is None and not math.isfinite((logs or {}).get("loss", 0.0)):
            optimizer: Any = self.model.optimizer
            self.not_finite = optimizer.iterations - 1
        if self._before is None:
            return
        for label, layer in self._trained().items():
            before = self._before[label]
            changes = [new - old for new, old in zip(_values(layer), before, strict=True)]
            weights = size_of(before)
            self.updates.setdefault(label, []).append(size_of(changes))
            self.ratios.setdefault(label, []).append(size_of(changes) / weights if weights else math.inf)
        self._before = None

    def on_train_end(self, logs: Logs = None) -> None:
        if self._last_rows is not None:
            self._end = self._measured(self._last_rows)
        self._next_batch = self._own_rows = self._last_rows = self._meter = None  # data is not kept

    def _rows_now(self) -> ArrayData:
        """The rows to measure with: one's own, or those of the step that comes next."""
        if self._own_rows is not None:
            self._last_rows = self._own_rows
        else:
            assert self._next_batch is not None
            self._last_rows = self._next_batch()
        return self._last_rows

    def _trained(self) -> dict[str, Layer]:
        """The layers with variables that are trained, by their names, or paths where names are the same."""
        found: dict[str, Layer] = {}
        for layer in leaves(self.model):
            if layer.trainable_weights:
                is_other = found.setdefault(layer.name, layer) is not layer
                found[layer.path if is_other else layer.name] = layer
        return found

    def _measured(self, rows: ArrayData) -> _Measured:
        program = self.model.program_for(rows.x.shape[1:])
        if self._meter is None or self._meter.program is not program:
            self._meter = SignalMeter(self.model, self.model.session().compiled, program)
            inside = {id(part) for layer in leaves(self.model) for part in list(layer.walk())[1:]}
            self._stream = [name for name, layer in self._trained().items() if id(layer) not in inside]
        optimizer: Any = self.model.optimizer
        found = self._meter.measure(rows, optimizer.iterations)
        by_variable = {id(variable): gradient for variable, gradient in found.gradients}
        self._rows_seen += len(rows.x)
        gradients = {
            label: size_of([by_variable[id(v)] for v in layer.trainable_weights if id(v) in by_variable])
            for label, layer in self._trained().items()
        }
        series = {
            "activations": {label: layer.activation for label, layer in found.layers.items()},
            "signals": {label: layer.signal for label, layer in found.layers.items()},
            "gradients": gradients,
            "dead": {
                label: self._dead_share(label, layer.off, len(rows.x))
                for label, layer in found.layers.items()
                if layer.off is not None
            },
            "saturated": {
                label: layer.flat for label, layer in found.layers.items() if layer.flat is not None
            },
        }
        return _Measured(found.loss, found.idle_loss, size_of([rows.x]), series)

    def _dead_share(self, label: str, off: Array, rows: int) -> float:
        """The share of units that have been off in so many rows that they count as dead."""
        so_far = self._off.get(label, np.zeros(len(off), np.int64))
        self._off[label] = np.where(off, so_far + rows, 0)
        if off.all() and len(off) * rows >= ALL_OFF:
            return 1.0
        return float((self._off[label] >= min(MOST_ROWS, self._rows_seen)).mean())

    def _take(self, measured: _Measured, step: int) -> None:
        self.steps.append(step)
        self.losses.append(measured.loss)
        self.idle_losses.append(measured.idle_loss)
        self.inputs.append(measured.inputs)
        for name, by_label in measured.series.items():
            for label, value in by_label.items():
                getattr(self, name).setdefault(label, []).append(value)

    @property
    def fading(self) -> float:
        """Size of the first trained layer's gradient divided by the last one's, geometric mean of all steps.

        0 when nothing reaches the first layer, NaN when a gradient is not finite.
        """
        self._require_measurements()
        sizes = list(self.gradients.values())
        if not np.isfinite(sizes).all():
            return math.nan
        first, last = np.array(sizes[0]), np.array(sizes[-1])
        if not first.all() or not last.all():
            return 0.0
        return float(np.exp(np.log(first / last).mean()))

    def finding(self) -> Finding:
        """What the measurements say, in parts: `verdict` is its text.

        Raises:
            ValueError: when nothing was measured.
        """
        self._require_measurements()
        end, optimizer = self._end, self.model.optimizer
        assert optimizer is not None
        return diagnosis(
            Observed(
                steps=self.steps if end is None else [*self.steps, optimizer.iterations],
                losses=np.array(self.losses + ([] if end is None else [end.loss])),
                idle_losses=np.array(self.idle_losses + ([] if end is None else [end.idle_loss])),
                inputs=np.array(self.inputs + ([] if end is None else [end.inputs])),
                activations=self._course("activations"),
                signals=self._course("signals"),
                dead=self._course("dead"),
                saturated=self._course("saturated"),
                ratios=self._course("ratios"),
                stream=self._stream,
                top=list(self.activations)[-1],
                not_finite=self.not_finite,
            )
        )

    def _course(self, name: str) -> dict[str, Array]:
        """A series with the measurement at the end behind it, NaN where there is none."""
        length = len(self.steps) + (self._end is not None)
        end = {} if self._end is None else self._end.series.get(name, {})
        course = {}
        for label, values in getattr(self, name).items():
            known = [*values, end[label]] if label in end else values
            course[label] = np.array(known + [math.nan] * (length - len(known)))
        return course

    def verdict(self) -> str:
        """What the measurements say: a word, a colon, and what was seen, since when, why, and what helps.

        The first that holds of `not finite`, `dead`, `exploding`, `vanishing`, `saturated`,
        `steps too large`, `steps too small`, and `healthy`. The later half of the measurements counts, and
        the first one where little has been learned since: what training has overcome is not held against the
        network. The thresholds are those of `lamella.diagnostics.verdict`.

        Raises:
            ValueError: when nothing was measured.
        """
        return str(self.finding())

    def _require_measurements(self) -> None:
        if not self.steps:
            raise ValueError("GradientMonitor has measured nothing: pass it to fit(callbacks=[...])")

    def plot(self, ax: Any = None) -> Any:
        """Draw the sizes layer by layer, from the first step measured to the last, and the size of steps.

        Args:
            ax: three axes of matplotlib to draw in; a figure of its own by default.

        Returns:
            A matplotlib `Figure`, which notebooks show.

        Raises:
            ImportError: when matplotlib is not installed.
            ValueError: when nothing was measured.
        """
        word, _, reason = self.verdict().partition(": ")
        figure, panels = new_figure(
            3, f"{word.capitalize()}: {reason.partition(',')[0].partition(';')[0]}", ax
        )
        for axes, sizes, title in (
            (panels[0], self.activations, "Size of activations"),
            (panels[1], self.gradients, "Size of gradients"),
            (panels[2], self.ratios, "Update divided by weight"),
        ):
            self._draw(axes, np.array(list(sizes.values())))
            label_panel(axes, title, "layer, from input to output")
        return figure

    def _draw(self, axes: Any, sizes: Array) -> None:
        """A line a measurement, later ones darker; what is 0 has no place on a logarithmic axis."""
        shown = np.unique(np.linspace(0, sizes.shape[1] - 1, 6).astype(int))
        depth = np.arange(1, len(sizes) + 1)
        for place, index in enumerate(shown):
            shade = 0.25 + 0.75 * (place + 1) / len(shown)
            values = np.where(sizes[:, index] > 0, sizes[:, index], np.nan)
            axes.plot(depth, values, color="#0072B2", alpha=shade, marker="o", markersize=3)
        axes.set_yscale("log")
        axes.set_xticks(depth if len(depth) <= 12 else depth[:: len(depth) // 6])
        note = f"pale: step {self.steps[shown[0]]}, dark: step {self.steps[shown[-1]]}"
        axes.text(0.02, 0.02, note, transform=axes.transAxes, color=QUIET, fontsize=9)


class _Measured(NamedTuple):
    """The numbers of one measurement; `series` holds those of layers, by the names of the attributes."""

    loss: float
    idle_loss: float
    inputs: float
    series: dict[str, dict[str, float]]


def _values(layer: Layer) -> list[Array]:
    return [np.array(variable.numpy()) for variable in layer.trainable_weights]
