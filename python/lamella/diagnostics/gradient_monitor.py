"""Watching gradients, activations and updates while a model trains."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lamella._types import Array
from lamella.callbacks.callback import Callback, Logs
from lamella.checks import integer
from lamella.diagnostics.probe import Probe, activation_name, leaves, outputs
from lamella.layers import Layer
from lamella.utils.plotting import QUIET, label_panel, new_figure

FADED = 1e-3
"""Below this ratio of the first layer's gradient to the last one's the verdict is vanishing, above its
inverse exploding. Glorot and Bengio (2010) ask for gradients of equal variance in all layers; three orders of
magnitude apart, no one learning rate suits both ends."""

USUAL_UPDATE = (1e-5, 1e-1)
"""Update-to-weight ratios outside this range are remarked on: two orders of magnitude around 1e-3, the value
that the notes of Stanford's course CS231n recommend."""

SATURATED = 0.99
"""From here on a tanh counts as saturated, and a sigmoid as far from its middle: its derivative is below 0.02
(Glorot and Bengio 2010 watch the same share)."""

MANY = 0.5
"""Shares of dead or saturated units from here on are remarked on."""


class GradientMonitor(Callback):
    """Measures, on the same rows every time, how far gradients reach and how large steps are.

    Sizes are root mean squares, so that layers of different width compare. The measurement leaves no trace in
    training; it costs a forward and a backward step of these rows.

    Args:
        x, y: rows to measure with, as of `fit`; some hundred of the training data are enough.
        sample_weight: their weights, or None.
        every: every how many steps to measure. Defaults to 10.

    Attributes:
        steps: the steps at which it measured.
        activations: size of each layer's outputs, a list a layer, by its name.
        gradients: size of the gradient of each layer's trainable variables.
        updates: size of the change of these variables in one step.
        ratios: norm of that change divided by the norm of the variables.
        dead: for ReLU layers the share of units that are 0 for all of the rows.
        saturated: for tanh and sigmoid layers the share of outputs at the flat ends.

    Raises:
        TypeError, ValueError: in training, as `fit`; for `every` below 1 at once.

    >>> import numpy as np, lamella
    >>> tanh = [lamella.layers.Dense(8, activation="tanh") for _ in range(3)]
    >>> model = lamella.Sequential([lamella.Input((4,)), *tanh, lamella.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> x = np.random.default_rng(0).normal(size=(64, 4))
    >>> monitor = GradientMonitor(x, x.sum(axis=1), every=1)
    >>> history = model.fit(x, x.sum(axis=1), verbose=0, callbacks=[monitor])
    >>> monitor.verdict().partition(":")[0]
    'healthy'
    """

    state_names = ("steps", "activations", "gradients", "updates", "ratios", "dead", "saturated")

    def __init__(self, x: Any, y: Any, sample_weight: Any = None, every: int = 10) -> None:
        super().__init__()
        self.every = integer("GradientMonitor", "every", every, least=1)
        self._rows = (x, y, sample_weight)
        self._probe: Probe | None = None
        self._before: dict[str, list[Array]] | None = None
        self._clear()

    def _clear(self) -> None:
        self.steps: list[int] = []
        self.activations: dict[str, list[float]] = {}
        self.gradients: dict[str, list[float]] = {}
        self.updates: dict[str, list[float]] = {}
        self.ratios: dict[str, list[float]] = {}
        self.dead: dict[str, list[float]] = {}
        self.saturated: dict[str, list[float]] = {}

    def on_train_begin(self, logs: Logs = None) -> None:
        self._clear()
        self._probe = Probe(self.model, *self._rows)

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        optimizer: Any = self.model.optimizer
        if optimizer.iterations % self.every == 0:
            self.steps.append(optimizer.iterations)
            self._measure_outputs()
            self._measure_gradients(optimizer.iterations)
            self._before = {layer.name: _values(layer) for layer in self._trained()}

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        if self._before is None:
            return
        for layer in self._trained():
            before = self._before[layer.name]
            changes = [new - old for new, old in zip(_values(layer), before, strict=True)]
            _append(self.updates, layer, _size(changes))
            weights = _size(before)
            _append(self.ratios, layer, _size(changes) / weights if weights else math.inf)
        self._before = None

    def _trained(self) -> list[Layer]:
        return [layer for layer in leaves(self.model) if layer.trainable_weights]

    def _measure_outputs(self) -> None:
        assert self._probe is not None
        for layer, output in outputs(self.model, self._probe.x):
            _append(self.activations, layer, _size([output]))
            name = activation_name(layer)
            if name == "relu":
                units = output.reshape(-1, output.shape[-1])
                _append(self.dead, layer, float((units == 0).all(axis=0).mean()))
            elif name == "tanh":
                _append(self.saturated, layer, float((np.abs(output) > SATURATED).mean()))
            elif name == "sigmoid":
                _append(self.saturated, layer, float((np.abs(2 * output - 1) > SATURATED).mean()))

    def _measure_gradients(self, step: int) -> None:
        assert self._probe is not None
        by_variable = {id(variable): gradient for variable, gradient in self._probe.gradients(step)}
        for layer in self._trained():
            found = [by_variable[id(v)] for v in layer.trainable_weights if id(v) in by_variable]
            _append(self.gradients, layer, _size(found))

    @property
    def fading(self) -> float:
        """Size of the first trained layer's gradient divided by the last one's, geometric mean of all steps.

        0 when nothing reaches the first layer, NaN when a gradient is not finite.
        """
        if not self.steps:
            raise ValueError("GradientMonitor has measured nothing: pass it to fit(callbacks=[...])")
        sizes = list(self.gradients.values())
        if not np.isfinite(sizes).all():
            return math.nan
        first, last = np.array(sizes[0]), np.array(sizes[-1])
        if not first.all() or not last.all():
            return 0.0
        return float(np.exp(np.log(first / last).mean()))

    def verdict(self) -> str:
        """What the measurements say: `vanishing`, `exploding` or `healthy`, a colon, and why.

        The thresholds are `FADED`, `USUAL_UPDATE` and `MANY` of this module.

        Raises:
            ValueError: when nothing was measured.
        """
        ratio = self.fading
        names = list(self.gradients)
        between = f"the gradient of '{names[0]}' is {ratio:.1e} times that of '{names[-1]}'"
        if math.isnan(ratio):
            text = "exploding: a gradient is not finite any more"
        elif ratio == 0:
            text = "vanishing: there are layers that no gradient reaches"
        elif ratio < FADED:
            text = f"vanishing: {between}"
        elif ratio > 1 / FADED:
            text = f"exploding: {between}"
        else:
            text = f"healthy: {between}"
        return "; ".join([text, *self._remarks()])

    def _remarks(self) -> list[str]:
        remarks = []
        typical = float(np.median(list(self.ratios.values()))) if self.updates else math.nan
        if math.isfinite(typical) and not USUAL_UPDATE[0] <= typical <= USUAL_UPDATE[1]:
            what = "large" if typical > USUAL_UPDATE[1] else "small"
            remarks.append(f"steps are {what}, {typical:.0e} of the weights, where 1e-03 is usual")
        for shares, what in ((self.dead, "units never fire"), (self.saturated, "outputs are saturated")):
            remarks += [f"{s[-1]:.0%} of '{name}'s {what}" for name, s in shares.items() if s[-1] >= MANY]
        return remarks

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
        figure, panels = new_figure(3, f"{word.capitalize()}: {reason.partition(';')[0]}", ax)
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


def _values(layer: Layer) -> list[Array]:
    return [np.array(variable.numpy()) for variable in layer.trainable_weights]


def _size(arrays: list[Array]) -> float:
    """The root mean square of all elements."""
    count = sum(array.size for array in arrays)
    total = sum(float(np.square(array, dtype=np.float64).sum()) for array in arrays)
    return math.sqrt(total / count) if count else 0.0


def _append(record: dict[str, list[float]], layer: Layer, value: float) -> None:
    record.setdefault(layer.name, []).append(value)
