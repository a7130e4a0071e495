"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[str]:
    """Write a file under a temporary name beside it; at the end of the block it takes the file's place.

    What was written is on the disk before the name changes, and the change before the block is left: a
    reader, also after a crash, finds the old file or the new one. Where the block raises, the old file stays
    and the temporary one goes.

    Args:
        path: the file.

    Yields:
        The temporary name, in the same folder.

    Raises:
        OSError: when it cannot be written.

    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "answer.txt"
    >>> with replacing(path) as temporary:
    ...     _ = pathlib.Path(temporary).write_text("42")
    >>> path.read_text(), len(list(path.parent.iterdir()))
    ('42', 1)
    """
    folder, name = os.path.split(os.path.abspath(path))
    temporary = os.path.join(folder, f".{name}.{secrets.token_hex(6)}{TEMPORARY}")
    try:
        yield temporary
        _sync(temporary, os.O_RDWR)
        os.replace(temporary, path)
        _sync(folder, os.O_RDONLY)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


TEMPORARY = ".partial"
"""How temporary names end."""


def remove_leftovers(path: str | os.PathLike[str]) -> None:
    """Remove the temporary files that killed processes left beside a file, for a file of one process."""
    folder, name = os.path.split(os.path.abspath(path))
    for entry in os.listdir(folder):
        if entry.startswith(f".{name}.") and entry.endswith(TEMPORARY):
            with suppress(OSError):
                os.unlink(os.path.join(folder, entry))


def _sync(path: str, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
