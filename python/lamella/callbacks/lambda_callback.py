"""A callback made of functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lamella.base.checks import refusal
from lamella.callbacks.callback import Callback


class LambdaCallback(Callback):
    """Calls functions; each takes what the hook of its name takes.

    Args:
        on_epoch_begin, on_epoch_end: functions of `(epoch, logs)`.
        on_train_begin, on_train_end: functions of `(logs)`.
        on_train_batch_begin, on_train_batch_end: functions of `(batch, logs)`.
        **kwargs: functions for the other hooks, and attributes of its own under names that no callback has.

    Raises:
        ValueError: for a hook that does not exist, or that is no function.

    >>> losses = []
    >>> callback = LambdaCallback(on_epoch_end=lambda epoch, logs: losses.append(logs["loss"]))
    >>> callback.on_epoch_end(0, {"loss": 0.5})
    >>> losses
    [0.5]
    """

    def __init__(
        self,
        on_epoch_begin: Callable[..., Any] | None = None,
        on_epoch_end: Callable[..., Any] | None = None,
        on_train_begin: Callable[..., Any] | None = None,
        on_train_end: Callable[..., Any] | None = None,
        on_train_batch_begin: Callable[..., Any] | None = None,
        on_train_batch_end: Callable[..., Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__()
        functions = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
            **kwargs,
        }
        for name, value in functions.items():
            is_hook = name.startswith("on_")
            if is_hook != hasattr(Callback, name):
                what = f"there is no hook '{name}'" if is_hook else f"'{name}' is what every callback has"
                raise ValueError(f"LambdaCallback: {what}")
            if is_hook and not (value is None or callable(value)):
                raise refusal("LambdaCallback", name, "a function", value)
            if value is not None:
                setattr(self, name, value)
