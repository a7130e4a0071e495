"""What is said of names that are not here. What is here is found by looking."""

from __future__ import annotations

from functools import cache

from lamella.base.keras_names.absent import Absent
from lamella.base.keras_names.members import MEMBERS
from lamella.base.keras_names.modules import MODULES

TABLE: tuple[Absent, ...] = (*MODULES, *MEMBERS)


def explanation(owner: str, name: str) -> str | None:
    """What is said of a missing name behind it; None for one that is not Keras's.

    >>> explanation("layers", "Lambda")[:12]
    'is left out:'
    """
    entry = _by_path().get(f"{owner}.{name}".lstrip("."))
    return None if entry is None else entry.explanation()


@cache
def _by_path() -> dict[str, Absent]:
    return {path: entry for entry in TABLE for path in entry.paths()}


def never_called(owner: str) -> dict[str, str]:
    """The methods of a class of Keras's that are not called here, and what to do instead.

    >>> never_called("layers.Layer")["compute_output_spec"]
    'define compute_output_shape(input_shape)'
    """
    marked = [entry for entry in TABLE if entry.owner == owner and entry.never_called]
    return {name: entry.instead for entry in marked for name in entry.names.split()}
