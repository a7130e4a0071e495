"""The one source of seeds: everything random that was not given a seed of its own draws one here."""

from __future__ import annotations

import os
from typing import Any

_MASK = (1 << 64) - 1


class _Source:
    """Splitmix64 (Steele, Lea and Flood, 2014): the n-th seed is a hash of root and n."""

    def __init__(self) -> None:
        self.root = int.from_bytes(os.urandom(8), "little")
        self.drawn = 0

    def restart(self, root: int) -> None:
        self.root = root & _MASK
        self.drawn = 0

    def draw(self) -> int:
        self.drawn += 1
        z = (self.root + self.drawn * 0x9E3779B97F4A7C15) & _MASK
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return (z ^ (z >> 31)) >> 32


_source = _Source()


def set_seed(seed: int) -> None:
    """Make the seeds drawn from now on a function of `seed`."""
    _source.restart(seed)


def next_seed() -> int:
    """Draw a seed in [0, 2**32)."""
    return _source.draw()


def state() -> list[int]:
    """What the seeds to come are a function of."""
    return [_source.root, _source.drawn]


def set_state(state: list[int]) -> None:
    """Go on from what `state` returned."""
    _source.root, _source.drawn = state


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
