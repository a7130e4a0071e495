"""Standard output as it is: of any encoding, replaced, closed, a notebook or missing."""

from __future__ import annotations

import contextlib
import sys
from typing import Any

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("━─", "-"),
        **dict.fromkeys("┃│", "|"),
        **dict.fromkeys("┏┳┓┡╇┩├┼┤└┴┘", "+"),
        "…": "~",
    }
)
"""What stands for the lines of tables where there are none."""


def write(text: str) -> None:
    """Write to standard output; what it has no characters for is written in ASCII.

    Where there is no output, it is closed or nobody reads it, nothing is written: training goes on.

    >>> write("3/3 done\\n")
    3/3 done
    """
    stream = sys.stdout
    with contextlib.suppress(OSError, ValueError, AttributeError):
        try:
            _send(stream, text)
        except UnicodeEncodeError:
            _send(stream, text.translate(_PLAIN).encode("ascii", "replace").decode())


def write_line(text: str) -> None:
    """Write a line to standard output, as `write` does."""
    write(f"{text}\n")


def can_show(text: str) -> bool:
    """Whether standard output has characters for a text.

    >>> can_show("=")
    True
    """
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except (LookupError, TypeError, UnicodeEncodeError):
        return False
    return True


def is_terminal() -> bool:
    """Whether standard output is a terminal, where a line can be drawn again."""
    try:
        return bool(sys.stdout.isatty())
    except (AttributeError, ValueError):  # replaced, missing or closed
        return False


def terminal_width() -> int:
    """Columns of the terminal, as `COLUMNS` or the terminal itself says."""
    import shutil  # not at the top: importing lamella does not wait for it

    return shutil.get_terminal_size().columns


def is_notebook() -> bool:
    """Whether standard output is a cell of a notebook."""
    return type(sys.stdout).__module__.startswith("ipykernel.")


def cut(text: str, columns: int) -> str:
    """The beginning of a text that takes no more than so many columns of a terminal.

    >>> cut("loss: 0.5", 4)
    'loss'
    """
    import unicodedata

    for index, character in enumerate(text):
        columns -= 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if columns < 0:
            return text[:index]
    return text


def _send(stream: Any, text: str) -> None:
    if stream is None:
        return
    stream.write(text)
    if not hasattr(stream, "flush"):
        # What takes the place of standard output may only write: but Python flushes it, too, when it
        # exits, and would end with status 120.
        stream.flush = lambda: None
    stream.flush()
