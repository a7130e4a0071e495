"""CIFAR-100: small colour images of a hundred kinds."""

from __future__ import annotations

from lamella.base.checks import choice
from lamella.datasets.cifar import load_batches
from lamella.datasets.source import Split

_HASH = "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7"


def load_data(label_mode: str = "fine") -> Split:
    """50,000 colour images for training and 10,000 for tests, 32x32, with their kinds.

    Krizhevsky, "Learning Multiple Layers of Features from Tiny Images" (2009).

    Args:
        label_mode: `"fine"` (the default) for a hundred kinds, `"coarse"` for twenty groups of them.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: uint8 of shape (n, 32, 32, 3) and (n, 1).

    Raises:
        OSError: when the file is not there and cannot be downloaded.
        ValueError: when it is another file, or for another mode.
    """
    choice("load_data", "label_mode", label_mode, ("fine", "coarse"))
    labels = f"{label_mode}_labels"
    return load_batches("cifar-100-python.tar.gz", _HASH, "cifar-100-python", ["train"], "test", labels)
