"""HDF5 files that nobody vouches for: groups by their names, and plain arrays of numbers.

Only hard links are followed, one name at a time, so that a file can neither lead elsewhere nor in circles;
only arrays are read whose bytes lie in the file as they are, of the shape that is asked for.
"""

from __future__ import annotations

import io
import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import numpy as np

from lamella._types import Array
from lamella.utils.optional import require

SIGNATURE = b"\x89HDF\r\n\x1a\n"
"""How HDF5 files begin."""


def written(fill: Callable[[Any], None]) -> memoryview:
    """The bytes of an HDF5 file; `fill` gets its root group.

    They are put together in memory: the HDF5 library cannot close a file on a full disk.
    """
    buffer = io.BytesIO()
    with require("h5py", "keras").File(buffer, "w") as root:
        fill(root)
    return buffer.getbuffer()


@contextmanager
def reading(source: BinaryIO) -> Iterator[Any]:
    """Open an HDF5 file; errors of the HDF5 library become ValueErrors.

    Args:
        source: the file, or its bytes in a `BytesIO`.

    Yields:
        The root group.
    """
    h5py = require("h5py", "keras")
    try:
        with h5py.File(source, "r") as root:
            yield root
    except RecursionError:
        raise
    except (OSError, RuntimeError) as error:
        raise ValueError(f"its HDF5 data are damaged: {error}") from error


def child(group: Any, path: str) -> Any:
    """The group or dataset of a path, None where there is none.

    Raises:
        ValueError: when a soft or external link stands in its place.
    """
    h5py = require("h5py", "keras")
    found = group
    for name in path.split("/"):
        if not isinstance(found, h5py.Group) or name not in found:
            return None
        if not isinstance(found.get(name, getlink=True), h5py.HardLink):
            raise ValueError(f"'{found.name}/{name}' is a soft or external link, which is not followed")
        found = found[name]
    return found


def subgroup(group: Any, path: str) -> Any:
    """The group of a path; raises ValueError when there is none."""
    found = child(group, path)
    if not isinstance(found, require("h5py", "keras").Group):
        raise ValueError(f"it has no group '{path}' in '{group.name}'")
    return found


def shape_of(group: Any, path: str) -> tuple[int, ...]:
    """The shape of a dataset that `read` would read.

    Raises:
        ValueError: unless it is a plain array of numbers.
    """
    return tuple(_plain(group, path).shape)


def read(group: Any, path: str, shape: tuple[int, ...]) -> Array:
    """The values of a dataset.

    Raises:
        ValueError: unless it is a plain array of numbers and has this shape.
    """
    dataset = _plain(group, path)
    if tuple(dataset.shape) != shape:
        raise ValueError(f"'{dataset.name}' has shape {tuple(dataset.shape)}; {shape} is expected")
    return np.asarray(dataset[()])


def _plain(group: Any, path: str) -> Any:
    h5py = require("h5py", "keras")
    dataset = child(group, path)
    if not isinstance(dataset, h5py.Dataset):
        raise ValueError(f"it has no dataset '{path}' in '{group.name}'")
    if dataset.dtype.kind not in "fiu" or dataset.dtype.itemsize > 8:
        raise ValueError(f"'{dataset.name}' holds {dataset.dtype}, not numbers")
    layout = dataset.id.get_create_plist()
    if layout.get_layout() not in (h5py.h5d.CONTIGUOUS, h5py.h5d.COMPACT) or layout.get_external_count():
        raise ValueError(f"'{dataset.name}' is chunked, compressed, virtual or in another file")
    size = math.prod(dataset.shape) * dataset.dtype.itemsize if dataset.shape is not None else -1
    if size != dataset.id.get_storage_size() or size > group.file.id.get_filesize():
        raise ValueError(f"'{dataset.name}' holds fewer bytes than its shape says")
    return dataset


def is_hdf5(path: str | os.PathLike[str]) -> bool:
    """Whether a file begins as HDF5 files do."""
    with open(path, "rb") as file:
        return file.read(len(SIGNATURE)) == SIGNATURE
