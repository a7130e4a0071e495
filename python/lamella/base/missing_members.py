"""Attributes of Keras's classes that are not here: asked for, they say what to do instead."""

from __future__ import annotations

from inspect import getattr_static
from typing import Any, NoReturn

from lamella.base.keras_names.members import MEMBERS
from lamella.base.public_names import message_of_object


class MissingMember:
    """In a class in the place of an attribute that Keras's has.

    A `__getattr__` of the class would say the same, and send every other attribute the long way as well.
    """

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, obj: Any, cls: Any = None) -> NoReturn:
        raise AttributeError(
            message_of_object(cls if obj is None else type(obj), self.name), name=self.name, obj=obj or cls
        )


def mark_missing(cls: type) -> None:
    """Put a `MissingMember` into a class for each attribute that Keras's class of this name has besides."""
    for entry in MEMBERS:
        if entry.owner.rpartition(".")[2] == cls.__name__:
            for name in entry.names.split():
                if isinstance(getattr_static(cls, name, None), (MissingMember, type(None))):
                    setattr(cls, name, MissingMember(name))
