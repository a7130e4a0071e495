"""CIFAR-10: small colour images of ten kinds."""

from __future__ import annotations

from lamella.datasets.cifar import load_batches
from lamella.datasets.source import Split

_HASH = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"


def load_data() -> Split:
    """50,000 colour images for training and 10,000 for tests, 32x32, with one of ten kinds each.

    Krizhevsky, "Learning Multiple Layers of Features from Tiny Images" (2009). The kinds: airplane,
    automobile, bird, cat, deer, dog, frog, horse, ship, truck.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: uint8 of shape (n, 32, 32, 3) and (n, 1).

    Raises:
        OSError: when the file is not there and cannot be downloaded.
        ValueError: when it is another file.
    """
    train = [f"data_batch_{i}" for i in range(1, 6)]
    return load_batches("cifar-10-python.tar.gz", _HASH, "cifar-10-batches-py", train, "test_batch", "labels")
