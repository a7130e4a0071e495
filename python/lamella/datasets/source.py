"""Where the files of the data sets come from, and how they are read: nothing in them is run."""

from __future__ import annotations

import io
import os
import pickle
import zipfile
from typing import Any

import numpy as np

from lamella.base.checks import integer, number
from lamella.base.checks import path as checked_path
from lamella.base.download import get_file
from lamella.base.types import Array

ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"

Split = tuple[tuple[Array, Array], tuple[Array, Array]]
"""`(x_train, y_train), (x_test, y_test)`."""


def fetch(path: str | os.PathLike[str], name: str, file_hash: str, owner: str = "load_data") -> str:
    """The path of a file of a data set.

    Args:
        path: what users pass: a name in the cache, or the path of a file of their own, read as it is.
        name: its name at `ORIGIN`.
        file_hash: its checksum.
        owner: the function that they called.
    """
    given = checked_path(owner, "path", path)
    if os.path.dirname(given) or os.path.isfile(given):
        if not os.path.isfile(given):
            raise FileNotFoundError(f"There is no file '{given}'")
        return given
    return get_file(given, f"{ORIGIN}{name}", file_hash=file_hash)


def load_arrays(path: str, *names: str) -> list[Array]:
    """The arrays of these names in an `.npz` file; those of lists are read without running code.

    Raises:
        ValueError: when it is no such file.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return [_read_array(archive.read(f"{name}.npy")) for name in names]
    except (zipfile.BadZipFile, pickle.UnpicklingError, EOFError, KeyError) as error:
        raise ValueError(f"'{path}' is not a file of arrays as it should be: {error}") from error


def _read_array(content: bytes) -> Array:
    file = io.BytesIO(content)
    version = np.lib.format.read_magic(file)
    read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else None
    header = (read_header or np.lib.format.read_array_header_2_0)(file)
    if not header[2].hasobject:
        return np.asarray(np.load(io.BytesIO(content), allow_pickle=False))
    return np.asarray(ArrayUnpickler(file).load())


class ArrayUnpickler(pickle.Unpickler):
    """Reads pickles of numbers, texts, lists and arrays; refuses all that names other code."""

    def find_class(self, module: str, name: str) -> Any:
        """The few functions that a pickled array names.

        Raises:
            UnpicklingError: for any other.
        """
        kind = _KNOWN.get((module.replace("numpy._core", "numpy.core"), name))
        if kind is not None:
            return kind
        raise pickle.UnpicklingError(f"it names {module}.{name}, which data has no need of")


def _reconstruct(kind: type, shape: tuple[int, ...], code: bytes) -> Array:
    """An array that its pickled state is put into."""
    return np.ndarray.__new__(np.ndarray, shape, "b")


def _scalar(dtype: np.dtype[Any], content: bytes) -> Any:
    return np.frombuffer(content, dtype)[0]


def _encode(text: str, encoding: str = "latin1") -> bytes:
    return text.encode(encoding)


_KNOWN = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy.core.multiarray", "scalar"): _scalar,
    ("_codecs", "encode"): _encode,
}
"""What a pickled array names, by module and name."""


def random_state(seed: int | None) -> np.random.RandomState:
    """The numbers that decide about the order of rows, as Keras draws them."""
    return np.random.RandomState(None if seed is None else integer("load_data", "seed", seed, 0, 2**32 - 1))


def split_table(path: str, rows: int | None, test_split: float, seed: int) -> Split:
    """Rows of `x` and `y` of a file in a random order, the last `test_split` of them for tests."""
    number("load_data", "test_split", test_split, least=0, below=1)
    random = random_state(seed)
    x, y = (array[:rows] for array in load_arrays(path, "x", "y"))
    order = np.arange(len(x))
    random.shuffle(order)
    x, y = x[order], y[order]
    at = int(len(x) * (1 - test_split))
    return (x[:at], y[:at]), (x[at:], y[at:])
