"""What CIFAR-10 and CIFAR-100 have in common: tar archives of pickled batches."""

from __future__ import annotations

import os
import pickle

import numpy as np

from lamella.base.download import get_file
from lamella.base.types import Array
from lamella.datasets.source import ArrayUnpickler, Split

ORIGIN = "https://www.cs.toronto.edu/~kriz/"


def load_batches(archive: str, file_hash: str, inner: str, train: list[str], test: str, labels: str) -> Split:
    """Images and labels of the training batches, joined, and of the test batch.

    Args:
        archive: name of the archive.
        file_hash: its checksum.
        inner: the folder in it.
        train, test: names of the training batches, and of the test batch.
        labels: the key of the labels.
    """
    folder = get_file(f"{inner}-target", f"{ORIGIN}{archive}", file_hash=file_hash, extract=True)
    parts = [_read(os.path.join(folder, inner, name), labels) for name in train]
    x, y = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
    return (x, y), _read(os.path.join(folder, inner, test), labels)


def _read(path: str, labels: str) -> tuple[Array, Array]:
    """Images, uint8 of shape (n, 32, 32, 3), and labels, uint8 of shape (n, 1)."""
    with open(path, "rb") as file:
        try:
            batch = ArrayUnpickler(file, encoding="bytes").load()
        except pickle.UnpicklingError as error:
            raise ValueError(f"'{path}' is not a batch of CIFAR: {error}") from error
    x = np.asarray(batch[b"data"], "uint8").reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return x, np.asarray(batch[labels.encode()], "uint8").reshape(-1, 1)
