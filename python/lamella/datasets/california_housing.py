"""California housing: prices of houses by district, 1990."""

from __future__ import annotations

from lamella.base.checks import choice
from lamella.datasets.source import Split, fetch, split_table

_HASH = "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f"


def load_data(
    version: str = "large",
    path: str = "california_housing.npz",
    test_split: float = 0.2,
    seed: int = 113,
) -> Split:
    """20,640 districts with 8 numbers each, and the median value of a house in dollars.

    Pace and Barry, Statistics & Probability Letters 33 (1997).

    Args:
        version: `"large"` (the default), or `"small"` for 600 districts.
        path: name in the cache, or the path of a file.
        test_split: share of the rows kept for tests. Defaults to 0.2.
        seed: of the order that is cut. Defaults to 113.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: float32 of shape (n, 8) and (n,).

    Raises:
        OSError: when the file is not there and cannot be downloaded.
        ValueError: when it is another file, for another version, or a share that is not in [0, 1).
    """
    choice("load_data", "version", version, ("small", "large"))
    rows = 600 if version == "small" else None
    return split_table(fetch(path, "california_housing.npz", _HASH), rows, test_split, seed)
