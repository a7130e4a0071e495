"""HDF5 files that nobody vouches for: groups by their names, texts, and plain arrays of numbers.

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

from lamella.base.atomic_file import replacing
from lamella.base.optional import require
from lamella.base.types import Array, Shape

SIGNATURE = b"\x89HDF\r\n\x1a\n"
"""How HDF5 files begin."""

_MAX_NAMES = 100_000


def written(fill: Callable[[Any], None]) -> memoryview:
    """The bytes of an HDF5 file; `fill` gets its root group.

    They are put together in memory: the HDF5 library cannot close a file on a full disk.
    """
    buffer = io.BytesIO()
    with require("h5py", "keras").File(buffer, "w") as root:
        fill(root)
    return buffer.getbuffer()


def write(path: str | os.PathLike[str], fill: Callable[[Any], None]) -> None:
    """Write an HDF5 file, whole or not at all; `fill` gets its root group."""
    content = written(fill)
    with replacing(path) as temporary, open(temporary, "wb") as file:
        file.write(content)


@contextmanager
def reading(source: BinaryIO) -> Iterator[Tree]:
    """Open an HDF5 file; errors of the HDF5 library become ValueErrors.

    Args:
        source: the file, or its bytes in a `BytesIO`.
    """
    try:
        with require("h5py", "keras").File(source, "r") as root:
            yield Tree(root)
    except RecursionError:
        raise
    except (OSError, RuntimeError) as error:
        raise ValueError(f"its HDF5 data are damaged: {error}") from error


class Tree:
    """An open file: groups and datasets by their paths from the root, `""`, each looked up once.

    Args:
        root: the root group.
    """

    def __init__(self, root: Any) -> None:
        self._h5py = require("h5py", "keras")
        self._size = root.id.get_filesize()
        self._found: dict[str, Any] = {"": root}
        self._shapes: dict[str, Shape] = {}

    def names(self, path: str) -> list[str]:
        """The names in a group; none where there is no group."""
        group = self._find(path)
        return list(group) if isinstance(group, self._h5py.Group) else []

    def is_group(self, path: str) -> bool:
        """Whether there is a group at a path."""
        return isinstance(self._find(path), self._h5py.Group)

    def shape(self, path: str) -> Shape:
        """The shape of an array that `read` would read.

        Raises:
            ValueError: unless it is a plain array of numbers.
        """
        if path not in self._shapes:
            self._shapes[path] = self._shape_of_plain(path, self._find(path))
        return self._shapes[path]

    def read(self, path: str, shape: Shape) -> Array:
        """The values of an array.

        Raises:
            ValueError: unless it is a plain array of numbers and has this shape.
        """
        if self.shape(path) != shape:
            raise ValueError(f"'{path}' in it has shape {self.shape(path)}; {shape} is expected")
        return np.asarray(self._find(path)[()])

    def text(self, path: str, name: str) -> str | None:
        """The text of an attribute, None where there is none.

        Raises:
            ValueError: for anything but a single text, so that it is no larger than the file.
        """
        attributes = self._attributes(path)
        if name not in attributes:
            return None
        attribute = attributes.get_id(name)
        if attribute.shape != () or self._h5py.check_string_dtype(attribute.dtype) is None:
            raise ValueError(f"its attribute '{name}' is not a text")
        return _decoded(attributes[name])

    def texts(self, path: str, name: str) -> list[str]:
        """The texts of an attribute, which may be cut into `name0`, `name1` ...; none where there is none.

        Raises:
            ValueError: for anything but lists of texts.
        """
        attributes = self._attributes(path)
        if name in attributes:
            return self._texts(attributes, name)
        found: list[str] = []
        for index in range(_MAX_NAMES):
            if f"{name}{index}" not in attributes:
                break
            found += self._texts(attributes, f"{name}{index}")
        return found

    def _attributes(self, path: str) -> Any:
        found = self._find(path)
        if found is None:
            raise ValueError(f"it has no group '{path}'")
        return found.attrs

    def _texts(self, attributes: Any, name: str) -> list[str]:
        attribute = attributes.get_id(name)
        if attribute.shape == (0,):
            return []
        if attribute.shape is None or len(attribute.shape) != 1 or attribute.shape[0] > _MAX_NAMES:
            raise ValueError(f"its attribute '{name}' is not a list")
        if self._h5py.check_string_dtype(attribute.dtype) is None:
            raise ValueError(f"its attribute '{name}' does not hold texts")
        return [_decoded(text) for text in attributes[name]]

    def _find(self, path: str) -> Any:
        """The group or dataset at a path, None where there is none.

        Raises:
            ValueError: when a soft or external link stands in its place.
        """
        if path in self._found:
            return self._found[path]
        names = path.split("/")
        known = len(names) - 1
        while "/".join(names[:known]) not in self._found:
            known -= 1
        found = self._found["/".join(names[:known])]
        for end in range(known, len(names)):
            found = self._member(found, names[end])
            self._found["/".join(names[: end + 1])] = found
        return found

    def _member(self, group: Any, name: str) -> Any:
        if not isinstance(group, self._h5py.Group):
            return None
        links, encoded = group.id.links, name.encode()
        if name in ("", ".") or not links.exists(encoded):
            return None
        if links.get_info(encoded).type != self._h5py.h5l.TYPE_HARD:
            raise ValueError(f"'{group.name}/{name}' is a soft or external link, which is not followed")
        return group[name]

    def _shape_of_plain(self, path: str, dataset: Any) -> Shape:
        if not isinstance(dataset, self._h5py.Dataset):
            raise ValueError(f"it has no dataset '{path}'")
        dtype, shape = dataset.dtype, dataset.shape
        if dtype.kind not in "fiu" or dtype.itemsize > 8:
            raise ValueError(f"'{path}' in it holds {dtype}, not numbers")
        layout, h5d = dataset.id.get_create_plist(), self._h5py.h5d
        if layout.get_layout() not in (h5d.CONTIGUOUS, h5d.COMPACT) or layout.get_external_count():
            raise ValueError(f"'{path}' in it is chunked, compressed, virtual or in another file")
        size = math.prod(shape) * dtype.itemsize if shape is not None else -1
        if size != dataset.id.get_storage_size() or size > self._size:
            raise ValueError(f"'{path}' in it holds fewer bytes than its shape says")
        return tuple(shape)


def _decoded(text: Any) -> str:
    return text.decode("utf-8") if isinstance(text, bytes) else str(text)


def is_hdf5(path: str | os.PathLike[str]) -> bool:
    """Whether a file begins as HDF5 files do."""
    with open(path, "rb") as file:
        return file.read(len(SIGNATURE)) == SIGNATURE
