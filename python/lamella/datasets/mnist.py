"""MNIST: handwritten digits."""

from __future__ import annotations

from lamella.datasets.source import Split, fetch, load_arrays

_HASH = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"


def load_data(path: str = "mnist.npz") -> Split:
    """60,000 images of digits for training and 10,000 for tests, 28x28, with the digits.

    LeCun et al., Proc. IEEE 86 (1998).

    Args:
        path: name in the cache, or the path of a file.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: uint8 of shape (n, 28, 28) and (n,).

    Raises:
        OSError: when the file is not there and cannot be downloaded.
        ValueError: when it is another file.
    """
    path = fetch(path, "mnist.npz", _HASH)
    x_train, y_train, x_test, y_test = load_arrays(path, "x_train", "y_train", "x_test", "y_test")
    return (x_train, y_train), (x_test, y_test)
