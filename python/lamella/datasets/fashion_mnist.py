"""Fashion-MNIST: articles of clothing."""

from __future__ import annotations

import gzip
import os

import numpy as np

from lamella.base.download import get_file
from lamella.base.types import Array
from lamella.datasets import source


def load_data() -> source.Split:
    """60,000 images of ten kinds of clothing for training and 10,000 for tests, 28x28, with the kinds.

    Xiao et al., arXiv 1708.07747. The kinds: T-shirt, trouser, pullover, dress, coat, sandal, shirt, sneaker,
    bag, ankle boot.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: uint8 of shape (n, 28, 28) and (n,).

    Raises:
        OSError: when the files are not there and cannot be downloaded.
    """
    return _part("train"), _part("t10k")


def _part(prefix: str) -> tuple[Array, Array]:
    y = _bytes(f"{prefix}-labels-idx1-ubyte.gz", header=8)
    return _bytes(f"{prefix}-images-idx3-ubyte.gz", header=16).reshape(len(y), 28, 28), y


def _bytes(name: str, header: int) -> Array:
    path = get_file(name, source.ORIGIN + name, cache_subdir=os.path.join("datasets", "fashion-mnist"))
    with gzip.open(path, "rb") as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)
