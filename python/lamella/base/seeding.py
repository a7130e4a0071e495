"""Where seeds come from: everything random that was not given one of its own draws one here.

Seeds are drawn from a stream, a list of its root and of how many were drawn: that of the process, or within
`drawing_from` that of a model, which other threads do not draw from.
"""

from __future__ import annotations

import os
import threading
from contextlib import AbstractContextManager, nullcontext
from typing import Any

_MASK = (1 << 64) - 1

_of_process = [int.from_bytes(os.urandom(8), "little"), 0]


class _Chosen(threading.local):
    """The stream that this thread draws from, None for that of the process."""

    stream: list[int] | None = None


_chosen = _Chosen()


def _hash(root: int, number: int) -> int:
    """Splitmix64 (Steele, Lea and Flood, 2014): the n-th number of a root, 64 bits."""
    z = (root + number * 0x9E3779B97F4A7C15) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


def _stream() -> list[int]:
    return _of_process if _chosen.stream is None else _chosen.stream


def set_seed(seed: int) -> None:
    """Make the seeds that the process draws from now on a function of `seed`."""
    _of_process[:] = seed & _MASK, 0


def next_seed(stream: list[int] | None = None) -> int:
    """Draw a seed in [0, 2**32), of a stream or of that of the thread."""
    stream = stream or _stream()
    stream[1] += 1
    return _hash(*stream) >> 32


def streams(seed: int, count: int) -> list[list[int]]:
    """Streams that follow from a seed and are independent of each other.

    >>> streams(1, 2) == streams(1, 2), streams(1, 2)[0] == streams(2, 1)[0]
    (True, False)
    """
    return [[_hash(seed & _MASK, number), 0] for number in range(1, count + 1)]


class _Drawing:
    """What `drawing_from` returns for a stream."""

    __slots__ = ("_outer", "_stream")

    def __init__(self, stream: list[int]) -> None:
        self._stream = stream

    def __enter__(self) -> None:
        self._outer, _chosen.stream = _chosen.stream, self._stream

    def __exit__(self, *error: object) -> None:
        _chosen.stream = self._outer


_as_it_is: AbstractContextManager[None] = nullcontext()


def drawing_from(stream: list[int] | None) -> AbstractContextManager[None]:
    """Within it this thread draws from a stream; None leaves it what it is."""
    return _as_it_is if stream is None else _Drawing(stream)


def state() -> list[int]:
    """What the seeds to come are a function of."""
    return list(_stream())


def set_state(state: list[int]) -> None:
    """Go on from what `state` returned."""
    _stream()[:] = state


def global_states() -> dict[str, Any]:
    """States of Python's and NumPy's own generators, which code of the user's may draw from."""
    import random

    import numpy as np

    version, words, gauss = random.getstate()
    kind, keys, position, has_gauss, cached = np.random.get_state()  # noqa: NPY002  # the user's, not ours
    return {
        "python": [version, list(words), gauss],
        "numpy": [kind, np.asarray(keys), position, has_gauss, cached],
    }


def set_global_states(states: dict[str, Any]) -> None:
    """Go on from what `global_states` returned."""
    import random

    import numpy as np

    version, words, gauss = states["python"]
    random.setstate((version, tuple(words), gauss))
    np.random.set_state(tuple(states["numpy"]))  # noqa: NPY002
