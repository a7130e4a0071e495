"""Settings: what may be changed on an object that was made, and who hears of it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable
from functools import cache, lru_cache
from inspect import Parameter, getattr_static, signature
from typing import Any

from lamella.base.checks import shown
from lamella.base.described import described
from lamella.base.missing_members import MissingMember, mark_missing


class _Trial(threading.local):
    """Whether a constructor runs to check a setting: what it assigns twice is not checked again."""

    runs = False


_trial = _Trial()
_several = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)


class Version:
    """Counts the changes, anywhere, that may make what was made of an object out of date."""

    number = 0


def settings_changed() -> None:
    """Tell everything that was made of layers, losses and the like to look whether it is still right."""
    Version.number += 1


class Configured:
    """Base class of what the arguments of a constructor describe: layers, losses, metrics, optimizers ...

    An argument is an attribute of the same name. What is assigned to it later is checked by the constructor,
    and counts from the next call of `fit`, `evaluate` or `predict` on; what cannot be changed is refused.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__module__.startswith("lamella."):  # before it can be found there
            mark_missing(cls)

    def __dir__(self) -> Iterable[str]:
        found = {name: getattr_static(type(self), name, None) for name in super().__dir__()}
        return [name for name, member in found.items() if not isinstance(member, MissingMember)]

    def __repr__(self) -> str:
        return described(self)

    def __setattr__(self, name: str, value: Any) -> None:
        cls: Any = type(self)
        is_settled = name in self.__dict__ or (
            name[0] != "_" and (self.refuses_new_settings() or name in _read_only(cls))
        )
        if is_settled and not _trial.runs:
            self.check_assignment(name)
            declaring = _declaring(cls, name)
            if declaring is not None:
                value = self._checked_setting(declaring, name, value)
                object.__setattr__(self, name, value)
                self.setting_changed()
                settings_changed()
                return
        object.__setattr__(self, name, value)

    def _checked_setting(self, declaring: type, name: str, value: Any) -> Any:
        """What an attribute that is a setting becomes, as the constructor makes it of the value."""
        if name not in self.__dict__ or name not in _arguments(declaring) or self._misses(declaring):
            raise ValueError(
                f"{type(self).__name__}: '{name}' cannot be changed once it is made: make a new one. "
                f"Received: {shown(value)}"
            )
        changed = self._with_setting(declaring, name, value)
        self.check_change(name, changed)
        return getattr(changed, name)

    def _misses(self, declaring: type) -> bool:
        """Whether something that the constructor must be given cannot be read any more."""
        entries = _arguments(declaring).values()
        return any(not _is_plain(self, entry.name) for entry in entries if entry.default is Parameter.empty)

    def _with_setting(self, declaring: type, name: str, value: Any) -> Any:
        """An object of the declaring class, alike but for one setting, which its constructor checks."""
        given = {key: getattr(self, key) for key in _taken(declaring) if _is_plain(self, key)}
        _trial.runs = True
        try:
            return declaring(**{**given, name: value})
        finally:
            _trial.runs = False

    def refuses_new_settings(self) -> bool:
        """Whether an argument of the constructor that is no attribute may not become one any more."""
        return False

    def check_assignment(self, name: str) -> None:
        """Raise ValueError for an attribute that must not be replaced, though it is no setting."""

    def check_change(self, name: str, changed: Any) -> None:
        """Raise ValueError where a setting must stay; `changed` is a fresh object with the other value."""

    def setting_changed(self) -> None:
        """Follow a setting that has just been changed."""


@cache
def is_own(cls: type) -> bool:
    """Whether it is a class of this library, not one that was derived from it or defined in an example."""
    return (
        cls.__module__.startswith("lamella.")
        and getattr(sys.modules.get(cls.__module__), cls.__name__, None) is cls
    )


@cache
def _arguments(cls: Any) -> dict[str, Parameter]:
    """The arguments that the constructor names."""
    parameters = signature(cls).parameters
    return {name: entry for name, entry in parameters.items() if entry.kind not in _several}


def is_setting(cls: type, name: str) -> bool:
    """Whether an argument of this name is read from, and checked on, an attribute."""
    return _declaring(cls, name) is not None


@lru_cache(maxsize=4096)
def _declaring(cls: Any, name: str) -> Any:
    """The class of this library whose constructor is asked for a setting; None where it is none.

    That is the nearest class of the library or, where it hands arguments on, the base class of its kind. A
    setting that the nearest class fixes, as `L2` fixes `l1`, is one too, and is refused.
    """
    if name.startswith("_") or name == "name":
        return None
    descriptor = getattr(cls, name, None)
    if isinstance(descriptor, property) and descriptor.fset is not None:
        return None  # it checks for itself
    line = _line(cls)
    if not line:
        return None
    nearest, root = line[0], line[-1]
    if name in _arguments(nearest):
        return nearest
    if _hands_on(nearest):
        return root if name in _arguments(root) else None
    return nearest if any(name in _arguments(base) for base in line) else None


def _line(cls: type) -> list[type]:
    """The classes of this library that a class derives from, the nearest first, the base of its kind last."""
    return [base for base in cls.__mro__ if is_own(base) and issubclass(base, Configured)][:-1]


def _hands_on(cls: type) -> bool:
    """Whether a constructor takes the arguments of the base class too."""
    return any(entry.kind is Parameter.VAR_KEYWORD for entry in signature(cls).parameters.values())


@cache
def _taken(cls: Any) -> tuple[str, ...]:
    """The arguments that an object alike is made with; name and type of numbers may be handed on."""
    also = ("name", "dtype") if _hands_on(cls) else ()
    return (*_arguments(cls), *(name for name in also if name not in _arguments(cls)))


def _is_plain(obj: Configured, name: str) -> bool:
    """Whether a setting can be read: an attribute, or a property that only shows one."""
    cls: Any = type(obj)
    return name in obj.__dict__ or name in _read_only(cls)


@cache
def _read_only(cls: Any) -> frozenset[str]:
    """The properties that only show something."""
    members = ((name, getattr_static(cls, name)) for name in dir(cls))
    return frozenset(name for name, member in members if isinstance(member, property) and member.fset is None)
