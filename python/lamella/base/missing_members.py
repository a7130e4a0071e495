"""Attributes of Keras's classes that are not here: asked for, they say what to do instead."""

from __future__ import annotations

from inspect import getattr_static
from typing import Any, NoReturn

from lamella.base.keras_names.absent import Absent
from lamella.base.keras_names.members import MEMBERS


class MissingMember:
    """In a class in the place of an attribute that Keras's has.

    A `__getattr__` of the class would say the same, and send every other attribute the long way as well.

    >>> import lamella
    >>> lamella.layers.Dense(1).add_loss
    Traceback (most recent call last):
    AttributeError: 'Dense' object has no attribute 'add_loss', which is left out: ... Instead: ...
    """

    __slots__ = ("entry", "name")

    def __init__(self, name: str, entry: Absent) -> None:
        self.name = name
        self.entry = entry

    def __get__(self, obj: Any, cls: type) -> NoReturn:
        text = f"{cls.__name__!r} object has no attribute {self.name!r}, which {self.entry.explanation()}"
        raise AttributeError(text, name=self.name, obj=cls if obj is None else obj)


def _by_class() -> dict[str, dict[str, Absent]]:
    members: dict[str, dict[str, Absent]] = {}
    for entry in MEMBERS:
        of_class = members.setdefault(entry.owner.rpartition(".")[2], {})
        of_class.update(dict.fromkeys(entry.names.split(), entry))
    return members


_MEMBERS_OF = _by_class()
"""What is missing, by the names of Keras's classes."""


def mark_missing(cls: type) -> None:
    """Put a `MissingMember` into a class for each attribute that Keras's class of this name has besides."""
    for name, entry in _MEMBERS_OF.get(cls.__name__, {}).items():
        if isinstance(getattr_static(cls, name, None), (MissingMember, type(None))):
            setattr(cls, name, MissingMember(name, entry))
