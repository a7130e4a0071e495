"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_TEMPORARY = ".partial"
"""How the names of temporary folders end."""


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[str]:
    """Write a file in a temporary folder beside it; at the end of the block it takes the file's place.

    What was written is on the disk before the name changes, and the change before the block is left: a
    reader, also after a crash, finds the old file or the new one. Where the block raises, the old file stays.

    Args:
        path: the file.

    Yields:
        The temporary name, in a folder of its own: there is room for what a library writes beside the file.

    Raises:
        OSError: when it cannot be written.

    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "answer.txt"
    >>> with replacing(path) as temporary:
    ...     _ = pathlib.Path(temporary).write_text("42")
    >>> path.read_text(), len(list(path.parent.iterdir()))
    ('42', 1)
    """
    target = os.path.realpath(path)
    folder, name = os.path.split(target)
    temporary_folder = os.path.join(folder, f"{_beginning(name)}{secrets.token_hex(6)}{_TEMPORARY}")
    os.mkdir(temporary_folder)
    try:
        temporary = os.path.join(temporary_folder, name)
        yield temporary
        # Some libraries write files that nobody else may read.
        os.chmod(temporary, os.stat(target if os.path.exists(target) else temporary_folder).st_mode & 0o666)
        _sync(temporary, os.O_RDWR)
        os.replace(temporary, target)
        with suppress(OSError):  # some file systems have no such thing
            _sync(folder, os.O_RDONLY)
    finally:
        shutil.rmtree(temporary_folder, ignore_errors=True)


def remove_leftovers(path: str | os.PathLike[str]) -> None:
    """Remove the temporary folders that killed processes left beside a file, for a file of one process."""
    folder, name = os.path.split(os.path.realpath(path))
    for entry in os.listdir(folder):
        if entry.startswith(_beginning(name)) and entry.endswith(_TEMPORARY):
            shutil.rmtree(os.path.join(folder, entry), ignore_errors=True)


def _beginning(name: str) -> str:
    """How the temporary folders of a file begin; names of files may be 255 bytes long."""
    return f".{name[:32]}."


def _sync(path: str, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
