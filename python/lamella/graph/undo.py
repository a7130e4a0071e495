"""What a call that is refused has built until then, unmade: variables, names, seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import local
from typing import TYPE_CHECKING, Any

from lamella.base import naming, seeding

if TYPE_CHECKING:
    from lamella.graph.layer import Layer


class _Covered(local):
    """The layers that this thread undoes already: building one inside of another looks at it once."""

    ids: frozenset[int] = frozenset()


_covered = _Covered()


def _always() -> bool:
    return True


@contextmanager
def undone_on_error(layer: Layer, applies: Callable[[], bool] = _always) -> Iterator[None]:
    """Within it a layer or model is built: on an error it, and what is inside it, is again what it was.

    Args:
        layer: the layer; parts of it that are built already stay as they are.
        applies: whether an error that came undoes anything.
    """
    covered = _covered.ids
    if id(layer) in covered:
        yield
        return
    parts = [part for part in layer.walk() if part is layer or not part.built]
    before = [(part, _copied(vars(part))) for part in parts]
    names, seeds = naming.state(), seeding.state()
    if applies is _always:
        _covered.ids = covered.union(map(id, parts))
    try:
        yield
    except BaseException:
        if applies():
            for part, attributes in before:
                vars(part).clear()
                vars(part).update(attributes)
            naming.set_state(names)
            seeding.set_state(seeds)
        raise
    finally:
        _covered.ids = covered


def _copied(attributes: dict[str, Any]) -> dict[str, Any]:
    """Attributes, with lists that building appends to of their own."""
    copied = attributes.copy()
    for name, value in attributes.items():
        if type(value) is list:
            copied[name] = value.copy()
    return copied
