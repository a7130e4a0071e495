"""Stopping when the loss is not a number any more."""

from __future__ import annotations

import math

from lamella.base.checks import flag
from lamella.base.output import write_line
from lamella.callbacks.callback import Callback, Logs


class TerminateOnNaN(Callback):
    """Stops training after the batch whose loss is NaN or infinite.

    Args:
        raise_error: whether to raise instead of stopping. Defaults to False.

    Raises:
        RuntimeError: in training, with `raise_error`.

    >>> import warnings, numpy as np, lamella
    >>> model = lamella.Sequential([lamella.Input((2,)), lamella.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> x = np.full((4, 2), np.nan)
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     history = model.fit(x, np.zeros(4), epochs=9, verbose=0, callbacks=[TerminateOnNaN()])
    Batch 0: Invalid loss, terminating training
    >>> history.epoch
    [0]
    """

    def __init__(self, raise_error: bool = False) -> None:
        super().__init__()
        self.raise_error = flag("TerminateOnNaN", "raise_error", raise_error)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise RuntimeError(f"The loss is not finite after batch {batch}: training was terminated")
        write_line(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
