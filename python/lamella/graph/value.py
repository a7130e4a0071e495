"""What operations of a program hand on to each other."""

from __future__ import annotations

from typing import NamedTuple


class Value(NamedTuple):
    """A value of a program.

    Attributes:
        id: its number in the program; the inputs come first.
        shape: shape of a row, the batch axis not counted.
        dtype: its numeric type.
        mask: which steps of a row count, of shape (steps,); None where all do.
    """

    id: int
    shape: tuple[int, ...]
    dtype: str
    mask: Value | None = None
