"""Which learning rates a model can take."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from lamella._types import Array
from lamella.checks import integer, number
from lamella.diagnostics.probe import Probe, require_model
from lamella.models import Model
from lamella.utils.plotting import PALETTE, QUIET, label_panel, new_figure

_MAX_STEPS = 1_000_000


class LearningRateCurve(NamedTuple):
    """What `learning_rate_finder` returns.

    Attributes:
        rates: the learning rate of each step.
        losses: the loss before each step, smoothed.
        suggestion: a learning rate to begin with.
    """

    rates: Array
    losses: Array
    suggestion: float

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
        best = int(np.argmin(self.losses))
        lowest, highest = float(self.losses[best]), float(np.max(self.losses[: best + 1]))
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
        label_panel(axes, "Loss, smoothed, while the learning rate grows", "learning rate")
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
) -> LearningRateCurve:
    """Train for some steps while the learning rate grows, and see where the loss falls and where it explodes.

    The range test of Smith (arXiv 1506.01186, 2015; used for schedules in arXiv 1708.07120, 2017). Weights
    are given back as they were; the optimizer's slots and steps are never touched, the test has its own.

    Args:
        model: a compiled model.
        x, y, sample_weight: arrays, as of `fit`.
        batch_size: rows of a step, the ones you mean to train with. Defaults to 32.
        min_lr, max_lr: the first and the last rate, evenly spaced in the logarithm. Default to 1e-6 and 10.
        steps: number of steps. Defaults to 100.
        smoothing: share of the past in the running mean of the losses. Defaults to 0.9.
        stop_at: the test ends where the smoothed loss is so many times the smallest one. Defaults to 4.

    Returns:
        Rates, losses and a suggestion: a tenth of the rate with the smallest loss, which is at the edge of
        divergence.

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
    compiled = model._require_compiled()
    probe = Probe(model, x, y, sample_weight, compiled.optimizer.spec())
    rates = np.geomspace(min_lr, max_lr, steps)
    weights = model.get_weights()
    try:
        losses = _losses(probe, rates, batch_size, smoothing, stop_at)
    finally:
        model.set_weights(weights)
    if not losses:
        raise ValueError("The loss of the first step is not finite: look at the data and the weights")
    return LearningRateCurve(rates[: len(losses)], np.array(losses), float(rates[np.argmin(losses)]) / 10)


def _losses(probe: Probe, rates: Array, batch_size: int, smoothing: float, stop_at: float) -> list[float]:
    """Smoothed losses, up to where they explode."""
    trainer = probe.trainer
    losses: list[float] = []
    done, total, mean = 0, 0, 0.0
    for step, rate in enumerate(rates):
        if done == total:
            total = trainer.start(probe.feed, batch_size, shuffle=True)
        trainer.reset_metrics()
        done = trainer.run(float(rate), 1)
        mean = smoothing * mean + (1 - smoothing) * trainer.results()[0]
        smoothed = mean / (1 - smoothing ** (step + 1))  # without the bias towards the 0 it began with
        if not math.isfinite(smoothed) or smoothed > stop_at * min(losses, default=math.inf):
            break
        losses.append(smoothed)
    return losses
