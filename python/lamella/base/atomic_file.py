"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[str]:
    """Write a file in a temporary folder beside it; at the end of the block it takes the file's place.

    What was written is on the disk before the name changes, and the change before the block is left: a
    reader, also after a crash, finds the old file or the new one. Where the block raises, the old file stays.
    Folders that killed processes left are swept up.

    Args:
        path: the file.

    Yields:
        The temporary name, in a folder of its own: there is room for what a library writes beside the file.

    Raises:
        OSError: when it cannot be written; it names the file.

    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "answer.txt"
    >>> with replacing(path) as temporary:
    ...     _ = pathlib.Path(temporary).write_text("42")
    >>> path.read_text(), len(list(path.parent.iterdir()))
    ('42', 1)
    """
    target = os.path.realpath(path)
    folder, name = os.path.split(target)
    try:
        if os.path.isdir(path) or os.fspath(path).endswith(os.sep):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        with _temporary_folder(folder, name) as temporary_folder:
            temporary = os.path.join(temporary_folder, name)
            yield temporary
            # Some libraries write files that nobody else may read.
            like = target if os.path.exists(target) else temporary_folder
            os.chmod(temporary, os.stat(like).st_mode & 0o666)
            _sync(temporary, os.O_RDWR)
            os.replace(temporary, target)
            with suppress(OSError):  # some file systems have no such thing
                _sync(folder, os.O_RDONLY)
    except OSError as error:
        # The same cause, with the name that the caller knows.
        if error.errno is None:
            raise OSError(f"'{os.fspath(path)}' cannot be written: {error}") from error
        raise OSError(error.errno, error.strerror, os.fspath(path)) from error


@contextmanager
def _temporary_folder(folder: str, name: str) -> Iterator[str]:
    """A new folder for a file, locked while this process writes into it, and removed afterwards."""
    descriptor = -1
    while descriptor < 0:  # another saver may sweep it up before it is locked
        path = os.path.join(folder, f"{_beginning(name)}{secrets.token_hex(6)}.partial")
        os.mkdir(path)
        descriptor = _lock(path, wait=True)
    try:
        remove_leftovers(os.path.join(folder, name))
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(descriptor)


def remove_leftovers(path: str | os.PathLike[str]) -> None:
    """Remove the folders that processes left beside a file which are gone: those whose lock is free."""
    folder, name = os.path.split(os.path.realpath(path))
    left_behind = re.compile(re.escape(_beginning(name)) + r"[0-9a-f]{12}\.partial")
    for entry in os.listdir(folder):
        if left_behind.fullmatch(entry):
            path = os.path.join(folder, entry)
            descriptor = _lock(path, wait=False)
            if descriptor >= 0:
                shutil.rmtree(path, ignore_errors=True)
                os.close(descriptor)


def _lock(path: str, wait: bool) -> int:
    """A descriptor that locks a folder until it is closed; -1 where it is gone, or another one holds it.

    Where the file system has no locks, the owner goes on without one, and nothing is swept up.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return -1
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        if not wait:
            os.close(descriptor)
            return -1
    if os.path.exists(path):
        return descriptor
    os.close(descriptor)
    return -1


def _beginning(name: str) -> str:
    """How the temporary folders of a file begin; names of files may be 255 bytes long."""
    return f".{name[:32]}."


def _sync(path: str, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
