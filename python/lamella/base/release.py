"""The version of the library."""

from lamella._core import __version__


def version() -> str:
    """The version of the library.

    >>> version() == __version__
    True
    """
    return __version__
