"""Calls that may be refused: what a model has built and settled by then is undone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from lamella.layers.undo import undone_on_error
from lamella.models.compiled import Compiled

if TYPE_CHECKING:
    from lamella.models.model import Model


class Turn:
    """Lets one training of a model in at a time.

    A forked child does not have the thread that may be training in its parent: it has a turn of its own.
    """

    def __init__(self) -> None:
        self._calls: dict[int, object] = {}  # by process; entered in one step, whatever thread does it

    def __reduce__(self) -> Any:
        """A copy is not being trained, though it be made in a callback."""
        return Turn, ()

    @contextmanager
    def taken(self, name: str) -> Iterator[None]:
        """Refuse a second training meanwhile: the trainer holds the state of one pass."""
        process, call = os.getpid(), object()
        if self._calls.setdefault(process, call) is not call:
            raise RuntimeError(
                f"Model '{name}' is being trained: it cannot be trained by its callbacks, or another thread, "
                "at the same time"
            )
        try:
            yield
        finally:
            del self._calls[process]


@contextmanager
def attempt(model: Model, compiled: Compiled) -> Iterator[None]:
    """Within it a call trains or evaluates; one that fails before its first step leaves no trace.

    Args:
        model: the model.
        compiled: its optimizer, loss and metrics; confirmed by the first call that was right.
    """
    if model.built and compiled.confirmed:
        yield
        return
    call = object()
    compiled.running.add(call)
    began, undo = compiled.optimizer.steps, compiled.snapshot()

    def is_refused() -> bool:
        alone = compiled.running == {call} and not compiled.confirmed
        return alone and compiled.optimizer.steps == began

    try:
        with undone_on_error(model, is_refused):
            yield
        compiled.confirmed = True
    except BaseException:
        if is_refused():
            undo()
        raise
    finally:
        compiled.running.discard(call)
        compiled.confirmed = compiled.confirmed or compiled.optimizer.steps != began
