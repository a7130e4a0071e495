"""All callbacks of one call, as one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from lamella.base.checks import flag, shown
from lamella.callbacks.backup_and_restore import BackupAndRestore
from lamella.callbacks.callback import Callback, Logs
from lamella.callbacks.history import History
from lamella.callbacks.progbar_logger import ProgbarLogger

if TYPE_CHECKING:
    from lamella.data.arrays import ArrayData
    from lamella.models.model import Model

Kind = TypeVar("Kind", bound=Callback)

_EMPTY = dict(vars(Callback))
_HOOKS = frozenset(name for name in _EMPTY if name.startswith("on_"))
_OLDER_NAMES = {"on_train_batch_begin": "on_batch_begin", "on_train_batch_end": "on_batch_end"}


class _Listeners(dict[str, list[Callable[..., None]]]):
    """The hooks of several callbacks by their name, looked for when they are first asked for."""

    def __init__(self, callbacks: list[Callback]) -> None:
        self._callbacks = callbacks

    def __missing__(self, hook: str) -> list[Callable[..., None]]:
        listeners = self[hook] = [getattr(c, hook) for c in self._callbacks if _overrides(c, hook)]
        return listeners


class CallbackList(Callback):
    """Calls the hooks of several callbacks, in their order, and knows which hooks nobody overrides.

    Args:
        callbacks: callbacks, a list of them, or None.
        add_history: whether to add a `History` where there is none.
        add_progbar: whether to add a `ProgbarLogger` where there is none.
        model: the model.
        **params: `verbose`, `epochs` and `steps`.

    Raises:
        TypeError: for something that is not a `Callback`.

    >>> CallbackList([History()]).hears("on_train_batch_end")
    False
    """

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Model | None = None,
        **params: Any,
    ) -> None:
        super().__init__()
        self.callbacks: list[Callback] = _flatten(callbacks)
        self.history = _first(History, self.callbacks)
        self.progress = _first(ProgbarLogger, self.callbacks)
        self.backup = _first(BackupAndRestore, self.callbacks)
        if flag("CallbackList", "add_history", add_history) and self.history is None:
            self.history = History()
            self.callbacks.append(self.history)
        if flag("CallbackList", "add_progbar", add_progbar) and self.progress is None:
            self.progress = ProgbarLogger()
            self.callbacks.append(self.progress)
        self._listeners = _Listeners(self.callbacks)
        self._attributes = [vars(callback) for callback in self.callbacks]  # to find hooks set on objects
        self._some_set_hooks = False
        if model is not None:
            self.set_model(model)
        if params:
            self.set_params(params)

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = params
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model: Model) -> None:
        self._model = model
        for callback in self.callbacks:
            callback.set_model(model)

    def set_batches(self, next_batch: Callable[[], ArrayData]) -> None:
        for callback in self.callbacks:
            callback.set_batches(next_batch)

    def hears(self, *hooks: str) -> bool:
        """Whether any callback overrides one of these hooks, or has set it on itself by now."""
        some_set_hooks = False
        for attributes in self._attributes:
            if not _HOOKS.isdisjoint(attributes):
                some_set_hooks = True
        if some_set_hooks or self._some_set_hooks:
            self._some_set_hooks = some_set_hooks
            self._listeners.clear()
        for hook in hooks:  # noqa: SIM110  # every epoch: a generator would take three times as long
            if self._listeners[hook]:
                return True
        return False

    def _tell(self, hook: str, logs: Any) -> None:
        """Call a hook of all that have it; what one of them writes into the logs, the next ones see."""
        told = {} if logs is None else logs
        for listener in self._listeners[hook]:
            listener(told)

    def _tell_of(self, hook: str, number: int, logs: Any) -> None:
        """The same for hooks of an epoch or a batch."""
        told = {} if logs is None else logs
        for listener in self._listeners[hook]:
            listener(number, told)

    def resume_epoch(self, epoch: int) -> None:
        """Show again an epoch that began in another process; the others had been told."""
        if self.progress is not None:
            self.progress.on_epoch_begin(epoch, {})

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._tell_of("on_epoch_begin", epoch, logs)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self._tell_of("on_epoch_end", epoch, logs)

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        self._tell_of("on_train_batch_begin", batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        self._tell_of("on_train_batch_end", batch, logs)

    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None:
        self._tell_of("on_test_batch_begin", batch, logs)

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        self._tell_of("on_test_batch_end", batch, logs)

    def on_predict_batch_begin(self, batch: int, logs: Logs = None) -> None:
        self._tell_of("on_predict_batch_begin", batch, logs)

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        self._tell_of("on_predict_batch_end", batch, logs)

    def on_train_begin(self, logs: Logs = None) -> None:
        self._tell("on_train_begin", logs)

    def on_train_end(self, logs: Logs = None) -> None:
        self._tell("on_train_end", logs)

    def on_test_begin(self, logs: Logs = None) -> None:
        self._tell("on_test_begin", logs)

    def on_test_end(self, logs: Logs = None) -> None:
        self._tell("on_test_end", logs)

    def on_predict_begin(self, logs: Logs = None) -> None:
        self._tell("on_predict_begin", logs)

    def on_predict_end(self, logs: Logs = None) -> None:
        self._tell("on_predict_end", logs)


def _flatten(callbacks: Any) -> list[Callback]:
    if callbacks is None:
        return []
    if isinstance(callbacks, CallbackList):
        return list(callbacks.callbacks)
    if isinstance(callbacks, (list, tuple)):
        return [member for callback in callbacks for member in _flatten(callback)]
    if not isinstance(callbacks, Callback):
        expected = "lamella.callbacks.Callback objects"
        raise TypeError(f"'callbacks' must be {expected}. Received: {shown(callbacks)}")
    return [callbacks]


def _first(kind: type[Kind], callbacks: list[Callback]) -> Kind | None:
    for callback in callbacks:
        if isinstance(callback, kind):
            return callback
    return None


def _overrides(callback: Callback, hook: str) -> bool:
    """Whether a hook is not the empty one of the base class: by class, or set on the object."""
    if getattr(getattr(callback, hook), "__func__", None) is not _EMPTY[hook]:
        return True
    older = _OLDER_NAMES.get(hook)
    return older is not None and _overrides(callback, older)
