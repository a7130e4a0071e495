"""State of the process: seeds and automatic names."""

from __future__ import annotations

from lamella.base import naming, seeding
from lamella.base.checks import flag, integer


def set_random_seed(seed: int) -> None:
    """Seed Python, NumPy and everything random in this library.

    The same seed, build and instruction set give the same bits, on any number of threads.

    Args:
        seed: an integer in [0, 2**32).

    Raises:
        ValueError: for anything else.

    >>> from lamella import initializers
    >>> set_random_seed(1)
    >>> first = initializers.HeNormal()((2, 2))
    >>> set_random_seed(1)
    >>> bool((initializers.HeNormal()((2, 2)) == first).all())
    True
    """
    value = integer("set_random_seed", "seed", seed, 0, 2**32 - 1)
    import random

    import numpy as np

    random.seed(value)
    np.random.seed(value)  # noqa: NPY002  # for the user's own code, as Keras does
    seeding.set_seed(value)


def clear_session(free_memory: bool = True) -> None:
    """Start the counters of automatic layer names again.

    Args:
        free_memory: accepted for compatibility with Keras; memory is freed with the objects that own it.

    >>> from lamella import layers
    >>> clear_session()
    >>> layers.Flatten().name, layers.Flatten().name
    ('flatten', 'flatten_1')
    """
    flag("clear_session", "free_memory", free_memory)
    naming.reset_names()
