"""Calls that may be refused: what a model has built and settled by then is undone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from lamella.graph.base_model import BaseModel
from lamella.graph.undo import undone_on_error
from lamella.training.compiled import Compiled
from lamella.training.session import Session


class _Process:
    """Tells a forked child from its parent."""

    token = object()

    @classmethod
    def renew(cls) -> None:
        cls.token = object()


os.register_at_fork(after_in_child=_Process.renew)


class Turn:
    """Lets one training of a model in at a time: the trainer holds the state of one pass.

    A forked child does not have the thread that may be training in its parent: it has a turn of its own.
    """

    def __init__(self) -> None:
        self._calls: dict[object, object] = {}  # by process; entered in one step, whatever thread does it

    def __reduce__(self) -> Any:
        """A copy is not being trained, though it be made in a callback."""
        return Turn, ()

    def __enter__(self) -> None:
        call = object()
        if self._calls.setdefault(_Process.token, call) is not call:
            raise RuntimeError(
                "The model is being trained: it cannot be trained by its callbacks, or another thread, at "
                "the same time"
            )

    def __exit__(self, *error: object) -> None:
        del self._calls[_Process.token]


_nothing: AbstractContextManager[None] = nullcontext()


def attempt(session: Session) -> AbstractContextManager[None]:
    """Within it a call trains or evaluates; one that fails before its first step leaves no trace.

    Args:
        session: the model with what it is judged by, which the first call that was right confirms.
    """
    is_settled = session.model.built and session.compiled.confirmed
    return _nothing if is_settled else _first_attempt(session.model, session.compiled)


@contextmanager
def _first_attempt(model: BaseModel, compiled: Compiled) -> Iterator[None]:
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
