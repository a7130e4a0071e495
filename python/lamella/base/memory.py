"""How much memory there is: what cannot fit is refused before any is taken."""

from __future__ import annotations

import os

_SMALL = 1 << 28
"""Bytes that are not looked at."""


def require(owner: str, what: str, size: int) -> None:
    """Raise MemoryError where so many bytes cannot be had.

    Args:
        owner: the layer that asks, for the message.
        what: what for.
        size: bytes.

    >>> require("Dense 'out'", "its kernel", 1000)
    >>> require("Dense 'out'", "its kernel", 2**60)
    Traceback (most recent call last):
    MemoryError: Dense 'out': its kernel takes 1073741824.0 GB; there are ... GB of memory
    """
    if size > _SMALL and size > (most := available()):
        asked = f"{size / 2**30:.1f}" if size < 1 << 64 else "too many"
        raise MemoryError(f"{owner}: {what} takes {asked} GB; there are {most / 2**30:.1f} GB of memory")


def available() -> int:
    """Bytes of the machine, or those that this process may take where that is less.

    >>> available() > 0
    True
    """
    import resource  # not at the top: importing lamella does not wait for it

    installed = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    allowed, _ = resource.getrlimit(resource.RLIMIT_AS)
    return installed if allowed == resource.RLIM_INFINITY else min(installed, allowed)
