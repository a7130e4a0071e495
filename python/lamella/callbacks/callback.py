"""The base class of callbacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from lamella.base.checks import is_positive_integer, refusal
from lamella.base.described import described

if TYPE_CHECKING:
    from lamella.data.arrays import ArrayData
    from lamella.models.model import Model

Logs: TypeAlias = dict[str, float] | None


def checked_frequency(owner: str, argument: str, value: Any, *words: str) -> str | int:
    """Return one of the words or a number of steps; raise ValueError for anything else."""
    if isinstance(value, str) and value in words:
        return value
    if is_positive_integer(value):
        return int(value)
    raise refusal(owner, argument, f"{', '.join(map(repr, words))} or a number of steps", value)


def require_settable_rate(callback: Callback) -> None:
    """Raise ValueError where a schedule gives the learning rate that a callback is to set."""
    optimizer = callback.model.optimizer
    if optimizer is not None and optimizer.follows_schedule:
        raise ValueError(
            f"{type(callback).__name__} sets the learning rate, but that of {type(optimizer).__name__} "
            "follows a schedule: compile with a number as learning_rate, or leave one of the two out"
        )


class Callback:
    """Base class of callbacks: override the hooks you need.

    A callback that remembers something names it in `state_names`, so that a training that was interrupted can
    go on with it; see `BackupAndRestore`.

    Hooks of batches make training come back to Python after every batch; when nobody overrides one, an epoch
    runs without a stop.

    Attributes:
        model: the model that is trained.
        params: `verbose`, `epochs` and `steps` of the call.

    >>> class Stop(Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         self.model.stop_training = logs["loss"] < 0.1
    """

    state_names: ClassVar[tuple[str, ...]] = ()
    """Attributes that change in training: numbers, texts, arrays, and lists and dictionaries of them."""

    def __init__(self) -> None:
        self._model: Model | None = None
        self.params: dict[str, Any] = {}

    def __repr__(self) -> str:
        return described(self)

    @property
    def model(self) -> Model:
        """The model that is trained."""
        if self._model is None:
            raise AttributeError(f"{type(self).__name__} is not part of a call of fit, evaluate or predict")
        return self._model

    def set_params(self, params: dict[str, Any]) -> None:
        """Take the parameters of the call."""
        self.params = params

    def set_model(self, model: Model) -> None:
        """Take the model."""
        self._model = model

    def set_batches(self, next_batch: Callable[[], ArrayData]) -> None:
        """Take, when `fit` begins, a function that returns the rows of the step that comes next."""

    def get_state(self) -> dict[str, Any]:
        """What it remembers of the training, by the names in `state_names`."""
        return {name: getattr(self, name) for name in self.state_names}

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from what `get_state` returned; called after `on_train_begin`."""
        for name, value in state.items():
            setattr(self, name, value)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Called when an epoch begins, counted from 0."""

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Called when an epoch ends, after its validation; `logs` holds losses and metrics of both."""

    def on_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """An older name of `on_train_batch_begin`."""

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        """An older name of `on_train_batch_end`."""

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Called before a batch, counted from 0."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Called after a batch; `logs` holds means since the epoch began."""
        self.on_batch_end(batch, logs)

    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Called before a batch of `evaluate` or of validation."""

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Called after a batch of `evaluate` or of validation; `logs` holds means so far."""

    def on_predict_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Called before a batch of `predict`."""

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        """Called after a batch of `predict`; `logs` holds its `outputs`."""

    def on_train_begin(self, logs: Logs = None) -> None:
        """Called when `fit` begins."""

    def on_train_end(self, logs: Logs = None) -> None:
        """Called when `fit` ends, not when it is interrupted; `logs` are those of the last epoch."""

    def on_test_begin(self, logs: Logs = None) -> None:
        """Called when `evaluate` or a validation begins."""

    def on_test_end(self, logs: Logs = None) -> None:
        """Called when `evaluate` or a validation ends."""

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Called when `predict` begins."""

    def on_predict_end(self, logs: Logs = None) -> None:
        """Called when `predict` ends."""
