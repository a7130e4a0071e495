"""Boston housing: prices of houses in the 1970s."""

from __future__ import annotations

from lamella.datasets.source import Split, fetch, split_table

_HASH = "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5"


def load_data(path: str = "boston_housing.npz", test_split: float = 0.2, seed: int = 113) -> Split:
    """506 places around Boston with 13 numbers each, and the median price of a house in 1,000 dollars.

    Harrison and Rubinfeld, J. Environ. Econ. Manag. 5 (1978). One column stands for the share of Black
    inhabitants: use `california_housing` unless the data itself is the subject.

    Args:
        path: name in the cache, or the path of a file.
        test_split: share of the rows kept for tests. Defaults to 0.2.
        seed: of the order that is cut. Defaults to 113.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: float64 of shape (n, 13) and (n,).

    Raises:
        OSError: when the file is not there and cannot be downloaded.
        ValueError: when it is another file, or the share is not in [0, 1).
    """
    return split_table(fetch(path, "boston_housing.npz", _HASH), None, test_split, seed)
