"""What passes over data are to those who run them."""

from __future__ import annotations

from typing import Any, Protocol

from lamella import _core
from lamella.callbacks import CallbackList
from lamella.data.arrays import ArrayData


class TrainingPass(Protocol):
    """Steps that train, an epoch at a time.

    Attributes:
        trainer: the native trainer of the next step.
    """

    trainer: _core.Trainer

    @property
    def steps(self) -> int | None:
        """Steps of an epoch, None where nobody knows."""

    @property
    def done(self) -> int:
        """Steps of this epoch that are done."""

    @property
    def ended(self) -> bool:
        """Whether the epoch is at its end."""

    def begin_epoch(self) -> bool:
        """Get ready for an epoch; returns whether there is data."""

    def end_epoch(self) -> None:
        """Tell the data that the epoch ended."""

    def advance(self, limit: int = 0) -> int:
        """Train for 50 ms, or `limit` steps, at most; returns the steps of this epoch that are done."""

    def next_batch(self) -> ArrayData:
        """The rows of the step that comes next."""

    def not_finite(self, dtype: str) -> str | None:
        """Which element of the data is NaN or infinite, None where none is."""

    def settings(self) -> dict[str, Any]:
        """What the order of the steps depends on."""

    def position(self) -> dict[str, Any]:
        """Where it is."""

    def go_to(self, position: dict[str, Any]) -> None:
        """Resume from what `position` returned."""


class EvaluationPass(Protocol):
    """Steps in inference mode, which may be run again."""

    @property
    def steps(self) -> int | None:
        """Number of steps, None where nobody knows."""

    def check(self) -> None:
        """Raise what is wrong with the data, if anything, before any work is done."""

    def begin(self) -> bool:
        """Get ready for a run; returns whether there is data."""

    def run(self, callbacks: CallbackList, shows_progress: bool = False) -> list[float]:
        """Run it, after `begin`, and return loss and metrics."""

    def position(self) -> dict[str, Any]:
        """Where it is."""

    def go_to(self, position: dict[str, Any]) -> None:
        """Resume from what `position` returned."""
