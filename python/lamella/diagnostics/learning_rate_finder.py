"""Which learning rates a model can take."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from lamella.base.checks import integer, number
from lamella.base.plotting import PALETTE, QUIET, label_panel, new_figure
from lamella.base.types import Array
from lamella.diagnostics.probe import Probe, require_model
from lamella.models import Model

_MAX_STEPS = 1_000_000

_BELOW_EDGE = 0.5 ** np.arange(6)
"""What is tried: adaptive optimizers do best far below the edge, plain descent near to it."""


class LearningRateCurve(NamedTuple):
    """What `learning_rate_finder` returns.

    Attributes:
        rates: the learning rate of each step.
        losses: the loss before each step, smoothed.
        suggestion: a learning rate to begin with.
        steepest: the rate at which the loss falls fastest, in the logarithm of the rate.
        trials: the losses in which short trainings ended, by their rates; infinite where they exploded.
    """

    rates: Array
    losses: Array
    suggestion: float
    steepest: float
    trials: dict[float, float]

    def __repr__(self) -> str:
        """Two rates, and what was tried."""
        tried = f"{len(self.rates)} rates from {self.rates[0]:.2g} to {self.rates[-1]:.2g}"
        return f"LearningRateCurve(suggestion {self.suggestion:.2g}, steepest {self.steepest:.2g}, {tried})"

    def plot(self, ax: Any = None) -> Any:
        """Draw the loss over the learning rate.

        Args:
            ax: axes of matplotlib to draw in; a figure of its own by default.

        Returns:
            A matplotlib `Figure`, which notebooks show.

        Raises:
            ImportError: when matplotlib is not installed.
        """
        title = f"A learning rate to begin with: {self.suggestion:.1e}"
        figure, (axes,) = new_figure(1, title, ax, width=7)
        axes.plot(self.rates, self.losses, color=PALETTE[0], linewidth=2)
        axes.axvline(self.suggestion, color=PALETTE[1], linestyle="--")
        axes.set_xscale("log")
        ends = {rate: loss for rate, loss in self.trials.items() if math.isfinite(loss)}
        axes.plot(list(ends), list(ends.values()), "o", color=PALETTE[2])
        best = int(np.argmin(self.losses))
        highest = float(np.max(self.losses[: best + 1]))
        lowest = min([float(self.losses[best]), *ends.values()])
        room = 0.1 * (highest - lowest) + 1e-12  # the explosion at the end may leave the picture
        axes.set_ylim(lowest - room, highest + room)
        axes.annotate(
            "suggested",
            (self.suggestion, 0.97),
            xycoords=("data", "axes fraction"),
            xytext=(5, 0),
            textcoords="offset points",
            color=PALETTE[1],
            va="top",
        )
        tried = "; dots: where trials ended" if ends else ""
        label_panel(axes, f"Loss, smoothed, while the learning rate grows{tried}", "learning rate")
        axes.set_ylabel("loss", color=QUIET)
        return figure


def learning_rate_finder(
    model: Model,
    x: Any,
    y: Any,
    sample_weight: Any = None,
    batch_size: int = 32,
    min_lr: float = 1e-6,
    max_lr: float = 10.0,
    steps: int = 100,
    smoothing: float = 0.9,
    stop_at: float = 4.0,
    trial_steps: int = 50,
) -> LearningRateCurve:
    """Train for some steps while the learning rate grows, see where the loss explodes, and try rates below.

    The range test of Smith (arXiv 1506.01186, 2015; used for schedules in arXiv 1708.07120, 2017) finds the
    edge, the rate with the smallest loss. How far below it training goes best depends on the optimizer, so
    the edge, a half of it, a quarter and so on to 1/32 are tried, each from the weights of now; in each
    round the better half goes on, twice as long (Jamieson and Talwalkar, arXiv 1502.07943).

    Weights are given back as they were; the optimizer's slots and steps are never touched, the test has its
    own.

    Args:
        model: a compiled model.
        x, y, sample_weight: arrays, as of `fit`.
        batch_size: rows of a step, the ones you mean to train with. Defaults to 32.
        min_lr, max_lr: the first and the last rate, evenly spaced in the logarithm. Default to 1e-6 and 10.
        steps: number of steps. Defaults to 100.
        smoothing: share of the past in the running mean of the losses. Defaults to 0.9.
        stop_at: the test ends where the smoothed loss is so many times the smallest one. Defaults to 4.
        trial_steps: number of steps of the first round of trials. Defaults to 50, which makes 650 in all; 0
            tries none.

    Returns:
        Rates, losses and a suggestion: the rate whose trial ended lowest; without trials, the smaller of a
        tenth of the edge and the rate of the steepest fall.

    Raises:
        TypeError, ValueError: as `fit`; also when the rates are not 0 < min_lr < max_lr, or another argument
            is not what it must be.

    >>> import numpy as np, lamella
    >>> model = lamella.Sequential([lamella.Input((2,)), lamella.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> x = np.random.default_rng(0).normal(size=(256, 2))
    >>> curve = learning_rate_finder(model, x, x.sum(axis=1))
    >>> 1e-3 < curve.suggestion < 1
    True
    """
    owner = "learning_rate_finder"
    require_model(owner, model)
    batch_size = integer(owner, "batch_size", batch_size, least=1)
    min_lr = number(owner, "min_lr", min_lr, above=0)
    max_lr = number(owner, "max_lr", max_lr, above=min_lr)
    steps = integer(owner, "steps", steps, least=2, most=_MAX_STEPS)
    smoothing = number(owner, "smoothing", smoothing, least=0, below=1)
    stop_at = number(owner, "stop_at", stop_at, above=1, infinite=True)
    trial_steps = integer(owner, "trial_steps", trial_steps, least=0, most=_MAX_STEPS)
    spec = model.session().compiled.optimizer.spec()

    def probe() -> Probe:
        return Probe(model, x, y, sample_weight, spec)  # a trainer without steps and slots

    weights = model.get_weights()
    try:
        rates = np.geomspace(min_lr, max_lr, steps)
        losses = np.array(list(_smoothed(_train(probe(), rates, batch_size), smoothing, stop_at)))
        if len(losses) == 0:
            raise ValueError("The loss of the first step is not finite: look at the data and the weights")
        first = min(int(1 / (1 - smoothing)), len(losses) - 1)  # before, the mean is that of a few batches
        edge = float(rates[first + losses[first:].argmin()])
        tried = edge * _BELOW_EDGE if trial_steps else ()
        trials = [_Trial(model, probe(), batch_size, weights, float(rate)) for rate in tried]
        best = _last_of(trials, trial_steps)
    finally:
        model.set_weights(weights)
    steepest = _steepest(rates[first:], losses[first:])
    suggestion = min(edge / 10, steepest) if best is None else best.rate
    ends = {trial.rate: trial.end for trial in trials}
    return LearningRateCurve(rates[: len(losses)], losses, suggestion, steepest, ends)


class _Trial:
    """A short training at one rate, which may go on after others.

    Attributes:
        rate: the rate.
        end: the mean loss of the last third of its steps, infinite once a loss was not finite.
    """

    def __init__(
        self, model: Model, probe: Probe, batch_size: int, weights: list[Array], rate: float
    ) -> None:
        self.rate = rate
        self.end = math.inf
        self._model = model
        self._weights = weights
        self._losses: list[float] = []
        self._steps = _train(probe, itertools.repeat(rate), batch_size)

    def go_on(self, steps: int) -> None:
        """Train until so many steps are done."""
        self._model.set_weights(self._weights)
        self._losses += itertools.islice(self._steps, steps - len(self._losses))
        self._weights = self._model.get_weights()
        self.end = float(np.mean(self._losses[-max(1, steps // 3) :]))
        if not math.isfinite(self.end):
            self.end = math.inf


def _last_of(trials: list[_Trial], steps: int) -> _Trial | None:
    """The trial that is left when in each round the better half goes on, and the rounds get longer."""
    while len(trials) > 1:
        for trial in trials:
            trial.go_on(steps)
        ranked = sorted((trial for trial in trials if trial.end < math.inf), key=lambda trial: trial.end)
        trials = ranked[: (len(trials) + 1) // 2 if len(trials) > 2 else 1]
        steps *= 2
    return trials[0] if trials else None


def _train(probe: Probe, rates: Iterable[float], batch_size: int) -> Iterator[float]:
    """The loss before each step."""
    trainer = probe.trainer
    done, total = 0, 0
    for rate in rates:
        if done == total:
            total = trainer.start(probe.feed, batch_size, shuffle=True)
        trainer.reset_metrics()
        done = trainer.run(float(rate), 1)
        yield float(trainer.results()[0])


def _smoothed(losses: Iterator[float], smoothing: float, stop_at: float) -> Iterator[float]:
    """Smoothed losses, up to where they explode."""
    mean, smallest = 0.0, math.inf
    for step, loss in enumerate(losses):
        mean = smoothing * mean + (1 - smoothing) * loss
        smoothed = mean / (1 - smoothing ** (step + 1))  # without the bias towards the 0 it began with
        if not math.isfinite(smoothed) or smoothed > stop_at * smallest:
            return
        smallest = min(smallest, smoothed)
        yield smoothed


def _steepest(rates: Array, losses: Array) -> float:
    """Where the loss falls fastest, up to its smallest value."""
    falling = losses[: int(losses.argmin()) + 1]
    return float(rates[np.gradient(falling).argmin()] if len(falling) > 1 else rates[0])
