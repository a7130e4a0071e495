"""Numbers and names as C writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from lamella.base.types import Array

LINE_WIDTH = 110


def identifier(name: str) -> str:
    """A name with what C does not allow in names replaced.

    >>> identifier("dense/kernel"), identifier("2nd layer")
    ('dense_kernel', 'm_2nd_layer')
    """
    plain = re.sub(r"\W", "_", name, flags=re.ASCII)
    return plain if plain[:1].isalpha() else f"m_{plain.lstrip('_')}"


def comment_text(name: str) -> str:
    """A name with what could end a comment replaced."""
    return re.sub(r"[^\w./ -]", "_", name, flags=re.ASCII)


def number(value: float, dtype: str) -> str:
    """A number so that reading it gives the same one, of this type.

    >>> number(0.1, "float32"), number(2.0, "float64"), number(float("-inf"), "float32")
    ('0.100000001f', '2.0', '-INFINITY')
    """
    if not np.isfinite(value):
        return "NAN" if np.isnan(value) else "INFINITY" if value > 0 else "-INFINITY"
    text = f"{np.float32(value):.9g}" if dtype == "float32" else f"{value:.17g}"
    text = text if "e" in text or "." in text else text + ".0"
    return text + ("f" if dtype == "float32" else "")


def braces(values: Iterable[Any]) -> str:
    """A short list of integers on one line."""
    return "{" + ", ".join(str(int(value)) for value in values) + "}"


class Constants:
    """The static arrays of a file.

    Args:
        dtype: of the numbers, "float32" or "float64".
        taken: names that are in use already.
    """

    def __init__(self, dtype: str, taken: Iterable[str]) -> None:
        self.dtype = dtype
        self.bytes = 0
        self.texts: list[str] = []
        self._taken = set(taken)
        self._known: dict[tuple[str, bytes], str] = {}

    def numbers(self, name: str, array: Array) -> str:
        """The name of an array of real numbers."""
        flat = np.asarray(array, self.dtype).ravel()
        self.bytes += flat.nbytes
        return self._array("real", name, flat.tobytes(), [number(float(v), self.dtype) for v in flat])

    def integers(self, name: str, values: Sequence[int]) -> str:
        """The name of an array of integers."""
        texts = [str(int(value)) for value in values]
        return self._array("long", name, " ".join(texts).encode(), texts)

    def record(self, kind: str, name: str, fields: str) -> str:
        """The name of a structure of this type."""
        key = (kind + name, fields.encode())
        if key not in self._known:
            self._known[key] = self._unique(name)
            self.texts.append(f"static const {kind} {self._known[key]} = {{{fields}}};\n")
        return self._known[key]

    def _array(self, kind: str, name: str, content: bytes, texts: list[str]) -> str:
        """One that has the same content already serves again."""
        key = (kind + name, content)
        if key not in self._known:
            self._known[key] = self._unique(name)
            head = f"static const {kind} {self._known[key]}[{len(texts)}] = {{\n"
            self.texts.append(head + "".join(_lines(texts)) + "};\n")
        return self._known[key]

    def _unique(self, name: str) -> str:
        base = identifier(name)
        unique, count = base, 0
        while unique in self._taken:
            count += 1
            unique = f"{base}_{count}"
        self._taken.add(unique)
        return unique


def _lines(texts: list[str]) -> Iterable[str]:
    """The entries, as many on a line as fit."""
    line = "   "
    for text in texts:
        if len(line) + len(text) + 2 > LINE_WIDTH:
            yield line + "\n"
            line = "   "
        line += f" {text},"
    yield line + "\n"
