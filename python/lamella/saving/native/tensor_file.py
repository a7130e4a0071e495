"""Safetensors files: named arrays behind a header in JSON.

Files are written by the safetensors library. They are read here, because values then go from the file into
variables in one copy, and because a file nobody vouches for is checked before anything is allocated.
Format: https://github.com/huggingface/safetensors.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from typing import Any, NamedTuple

import numpy as np

from lamella import _core
from lamella.base.atomic_file import replacing
from lamella.base.types import Array
from lamella.saving.json_text import parse_json
from lamella.variable import Variable

MAX_HEADER = 8 << 20
"""Bytes; thousands of layers."""

_DTYPES = {
    "BOOL": "?",
    "U8": "u1",
    "I8": "i1",
    "U16": "<u2",
    "I16": "<i2",
    "F16": "<f2",
    "BF16": "<u2",
    "U32": "<u4",
    "I32": "<i4",
    "F32": "<f4",
    "U64": "<u8",
    "I64": "<i8",
    "F64": "<f8",
}
_NAMES = {np.dtype(code).name: name for name, code in _DTYPES.items() if name != "BF16"}


def type_name(values: Array) -> str:
    """The type of an array as files name it: `"F32"`."""
    return _NAMES[values.dtype.name]


class TensorInfo(NamedTuple):
    """Where an array lies: its type, its shape, and its first byte in the file."""

    dtype: str
    shape: tuple[int, ...]
    start: int


class TensorFile:
    """An open safetensors file whose header was checked.

    Args:
        file: the file, open for reading.

    Attributes:
        metadata: texts by their names.
        tensors: arrays by their names, in the order of the file.
        size: bytes of the file.
        data_bytes: bytes of all arrays together.

    Raises:
        ValueError: for anything that is not a header of arrays that lie one behind the other up to the end.
    """

    def __init__(self, file: BufferedReader) -> None:
        self._file = file
        size = os.fstat(file.fileno()).st_size
        length = int.from_bytes(file.read(8), "little")
        if size < 8 or length > size - 8:
            raise ValueError(f"it is not a safetensors file, or cut off: it has {size} bytes")
        if length > MAX_HEADER:
            raise ValueError(f"its header takes {length} bytes, more than {MAX_HEADER}")
        header = parse_json(file.read(length), "its header", size)
        if not isinstance(header, dict):
            raise ValueError("its header is not a JSON object")
        self.metadata = _texts(header.pop("__metadata__", {}))
        self.size = size
        self.data_bytes = size - 8 - length
        self.tensors = _layout(header, 8 + length, self.data_bytes)

    def read(self, name: str) -> Array:
        """The values of an array; bfloat16 becomes float32."""
        info = self.tensors[name]
        values = np.empty(info.shape, _DTYPES[info.dtype])
        self._file.seek(info.start)
        if self._file.readinto(values.reshape(-1).view("u1").data) != values.nbytes:
            raise ValueError(f"it ends inside of '{name}'")
        if info.dtype == "BF16":
            return (values.astype("<u4") << np.uint32(16)).view("<f4")
        return values

    def read_into(self, variable: Variable, name: str) -> int:
        """Read an array of the variable's type and shape straight into it; returns the checksum."""
        self.require(name, variable)
        return variable.read(self._file.fileno(), self.tensors[name].start)

    def require(self, name: str, variable: _core.Variable) -> None:
        """Raise ValueError unless there is an array of this name with the variable's type and shape."""
        info = self.tensors.get(name)
        if info is None:
            raise ValueError(f"it has no tensor '{name}'")
        if (info.dtype, info.shape) != (_NAMES[variable.dtype], variable.shape):
            raise ValueError(
                f"tensor '{name}' has type {info.dtype} and shape {info.shape}; "
                f"{_NAMES[variable.dtype]} and {variable.shape} are expected"
            )


@contextmanager
def open_tensors(path: str | os.PathLike[str]) -> Iterator[TensorFile]:
    """Open a safetensors file, and check its header.

    Raises:
        OSError: when it cannot be read.
        ValueError: as `TensorFile`.
    """
    with open(path, "rb") as file:
        yield TensorFile(file)


def write_tensors(path: str | os.PathLike[str], tensors: dict[str, Array], metadata: dict[str, str]) -> None:
    """Write a safetensors file, whole or not at all.

    Raises:
        OSError: when it cannot be written; what was there before is then still there.
    """
    import safetensors
    from safetensors.numpy import save_file

    with replacing(path) as temporary:
        try:
            save_file(tensors, temporary, metadata)
        except safetensors.SafetensorError as error:
            code = re.search(r"\(os error (\d+)\)", str(error))
            raise (OSError(int(code[1]), os.strerror(int(code[1]))) if code else OSError(error)) from error


def _texts(metadata: Any) -> dict[str, str]:
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
        raise ValueError("its metadata are not texts")
    return metadata


def _layout(header: dict[str, Any], start: int, data_bytes: int) -> dict[str, TensorInfo]:
    found = sorted((_offsets(name, entry), name) for name, entry in header.items())
    tensors: dict[str, TensorInfo] = {}
    position = 0
    for (begin, end), name in found:
        dtype, shape = header[name]["dtype"], header[name]["shape"]
        if not isinstance(dtype, str) or dtype not in _DTYPES:
            raise ValueError(f"tensor '{name}' has the unknown type {dtype!r}")
        if not isinstance(shape, list) or len(shape) > 32 or not all(_is_size(axis) for axis in shape):
            raise ValueError(f"the shape of tensor '{name}' is not a list of at most 32 sizes")
        if begin != position or end - begin != math.prod(shape) * np.dtype(_DTYPES[dtype]).itemsize:
            raise ValueError(f"tensor '{name}' does not fill the bytes from {position} to {end}")
        tensors[name] = TensorInfo(dtype, tuple(shape), start + begin)
        position = end
    if position != data_bytes:
        raise ValueError(f"its tensors take {position} bytes, and it holds {data_bytes}")
    return tensors


def _offsets(name: str, entry: Any) -> tuple[int, int]:
    offsets = entry.get("data_offsets") if isinstance(entry, dict) else None
    if (
        not {"dtype", "shape"} <= set(entry if isinstance(entry, dict) else ())
        or not isinstance(offsets, list)
        or len(offsets) != 2
        or not all(_is_size(offset) for offset in offsets)
    ):
        raise ValueError(f"the entry of tensor '{name}' is not one of type, shape and offsets")
    return offsets[0], offsets[1]


def _is_size(value: Any) -> bool:
    return type(value) is int and 0 <= value < 1 << 62
