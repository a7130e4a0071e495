"""Files from the network, kept in a folder.

What downloads and unpacks is imported where it is used: most programs never need it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from typing import IO, TYPE_CHECKING, Any

from lamella.base.checks import choice, entries_of, flag, refusal
from lamella.base.checks import path as checked_path
from lamella.base.output import write_line
from lamella.base.progbar import Progbar

if TYPE_CHECKING:
    from http.client import HTTPResponse

_PIECE = 1 << 16


def get_file(
    fname: str | os.PathLike[str] | None = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str | os.PathLike[str] = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: str | Sequence[str] | None = "auto",
    cache_dir: str | os.PathLike[str] | None = None,
    force_download: bool = False,
) -> str:
    """The path of a file that is downloaded once.

    It is looked for where Keras keeps its files: `cache_dir/cache_subdir/fname`. A download appears there
    whole, after its checksum was compared, or not at all.

    Args:
        fname: the name it gets; that of `origin` by default. With `extract` the name of the folder.
        origin: where it comes from, a URL.
        untar: as `extract`, for tar archives.
        md5_hash: as `file_hash`, an MD5 sum.
        file_hash: its checksum, SHA-256 or MD5 in hexadecimal digits, or None.
        cache_subdir: folder inside of `cache_dir`. Defaults to `"datasets"`.
        hash_algorithm: `"sha256"`, `"md5"` or `"auto"` (the default), by the length of `file_hash`.
        extract: whether to unpack an archive; the path is then that of the folder.
        archive_format: `"tar"`, `"zip"`, a list of them, or `"auto"` (the default) for both.
        cache_dir: `$KERAS_HOME` by default, or `~/.keras` where that is not set.
        force_download: whether to download it although it is there.

    Returns:
        The path of the file, or of the folder with what was in it.

    Raises:
        ValueError: without an origin, for a path as `fname`, an archive that cannot be read, or a checksum
            that is not the expected one.
        OSError: when it cannot be downloaded; the message says where to put the file by hand.

    >>> import pathlib, tempfile
    >>> there = pathlib.Path(tempfile.mkdtemp()) / "numbers.txt"
    >>> _ = there.write_text("1 2 3")
    >>> path = get_file("mine.txt", there.as_uri(), cache_dir=tempfile.mkdtemp())
    Downloading data from file://...
    >>> pathlib.Path(path).read_text()
    '1 2 3'
    """
    if not isinstance(origin, str) or not origin:
        raise refusal("get_file", "origin", "the URL of the file", origin)
    choice("get_file", "hash_algorithm", hash_algorithm, ("auto", "sha256", "md5"))
    for argument, value in (("md5_hash", md5_hash), ("file_hash", file_hash)):
        if value is not None and not (isinstance(value, str) and re.fullmatch("[0-9a-fA-F]+", value)):
            raise refusal("get_file", argument, "a checksum in hexadecimal digits", value)
    flag("get_file", "force_download", force_download)
    untar = flag("get_file", "untar", untar)
    unpacks = flag("get_file", "extract", extract) or untar
    formats = _formats("tar" if untar else archive_format)
    if md5_hash is not None and file_hash is None:
        file_hash, hash_algorithm = md5_hash, "md5"
    folder = os.path.join(_cache_dir(cache_dir), checked_path("get_file", "cache_subdir", cache_subdir))
    name = _name(fname, origin)
    target, unpacked = _places(folder, name, unpacks, given=bool(fname))
    matches = _checker(file_hash, hash_algorithm)
    if force_download or not os.path.exists(target) or not matches(target):
        os.makedirs(folder, exist_ok=True)
        _download(origin, target, matches)
    if not unpacks:
        return target
    _unpack(target, unpacked, formats)
    return unpacked


def _cache_dir(given: str | os.PathLike[str] | None) -> str:
    import tempfile

    known = os.environ.get("KERAS_HOME") or os.path.join("~", ".keras")
    cache = os.path.expanduser(known if given is None else checked_path("get_file", "cache_dir", given))
    nearest = os.path.abspath(cache)
    while not os.path.exists(nearest) and os.path.dirname(nearest) != nearest:
        nearest = os.path.dirname(nearest)
    return cache if os.access(nearest, os.W_OK) else os.path.join(tempfile.gettempdir(), ".keras")


def _name(fname: str | os.PathLike[str] | None, origin: str) -> str:
    from urllib.parse import urlsplit

    if fname is None:
        name = os.path.basename(urlsplit(origin).path)
    else:
        name = checked_path("get_file", "fname", fname)
    if not name or os.path.basename(name) != name or name in (".", ".."):
        raise ValueError(
            "get_file: 'fname' must be the name of a file; its folder is cache_dir/cache_subdir. "
            f"Received: fname={fname!r}, origin={origin!r}"
        )
    return name


def _places(folder: str, name: str, unpacks: bool, given: bool) -> tuple[str, str]:
    """Paths of the download and of the folder it is unpacked into, named as Keras names them."""
    path = os.path.join(folder, name)
    if unpacks and given and "." in name:
        return path, os.path.join(folder, f"{name[: name.find('.')]}_extracted")
    return (f"{path}_archive", path) if unpacks else (path, path)


def _checker(file_hash: str | None, algorithm: str) -> Callable[[str], bool]:
    """Whether a file has the checksum; any file has where none is asked for."""
    if file_hash is None:
        return lambda path: True
    wanted = file_hash.lower()
    if algorithm == "auto":
        algorithm = "sha256" if len(wanted) == 64 else "md5"

    def matches(path: str) -> bool:
        import hashlib

        digest = hashlib.new(algorithm, usedforsecurity=False)
        with open(path, "rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
        return digest.hexdigest() == wanted

    return matches


def _download(origin: str, target: str, matches: Callable[[str], bool]) -> None:
    import tempfile
    from urllib.request import urlopen

    write_line(f"Downloading data from {origin}")
    descriptor, partial = tempfile.mkstemp(prefix=".", suffix=".partial", dir=os.path.dirname(target))
    try:
        with os.fdopen(descriptor, "wb") as file:
            try:
                with urlopen(origin, timeout=60) as response:
                    _copy(response, file)
            except ValueError as error:
                raise refusal("get_file", "origin", "the URL of the file", origin) from error
            except (OSError, EOFError) as error:  # what urllib raises is an OSError
                raise OSError(
                    f"{origin} could not be downloaded ({error}). Without a network, put the file at {target}"
                ) from error
        if not matches(partial):
            raise ValueError(
                f"What {origin} gave is incomplete or another file: its checksum is not the expected one"
            )
        os.replace(partial, target)
    finally:
        if os.path.exists(partial):
            os.remove(partial)


def _copy(response: HTTPResponse, file: IO[bytes]) -> None:
    """Copy what comes, with a progress bar; an early end is an error."""
    length = response.headers.get("Content-Length")
    total = int(length) if length is not None and length.isdigit() else None
    bar, done = Progbar(total), 0
    while piece := response.read(_PIECE):
        file.write(piece)
        done += len(piece)
        if total is not None and done <= total:
            bar.update(done)
    if total is not None and done != total:
        raise EOFError(f"the connection ended after {done} of {total} bytes")


def _formats(given: str | Sequence[str] | None) -> tuple[str, ...]:
    """The formats of archives that a file may have."""
    if isinstance(given, str) and given == "auto":
        return "tar", "zip"
    wanted = (given,) if isinstance(given, str) else () if given is None else entries_of(given)
    if wanted is None:
        raise refusal("get_file", "archive_format", "'tar', 'zip', 'auto' or a list of them", given)
    for name in wanted:
        choice("get_file", "archive_format", name, ("tar", "zip"))
    return wanted


def _unpack(archive: str, folder: str, formats: tuple[str, ...]) -> None:
    """Unpack into a new folder that takes the place of the old one; nothing leaves the folder."""
    import shutil
    import tarfile
    import tempfile
    import zipfile

    openers: dict[str, tuple[Callable[[str], bool], Callable[[str], Any]]] = {
        "tar": (tarfile.is_tarfile, tarfile.open),
        "zip": (zipfile.is_zipfile, zipfile.ZipFile),
    }
    kind = next((name for name in formats if openers[name][0](archive)), None)
    if kind is None:
        raise ValueError(f"'{archive}' is no archive of the formats {list(formats)} to extract")
    fresh = tempfile.mkdtemp(prefix=".", dir=os.path.dirname(folder))
    try:
        with openers[kind][1](archive) as opened:
            if kind == "tar":
                opened.extraction_filter = tarfile.data_filter
            opened.extractall(fresh)  # zipfile drops drives, ".." and leading slashes by itself
        os.chmod(fresh, 0o755)
        shutil.rmtree(folder, ignore_errors=True)
        os.rename(fresh, folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
