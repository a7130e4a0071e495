"""The base class of data sets that make their batches themselves."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from lamella.base import seeding
from lamella.base.checks import flag, integer


class PyDataset:
    """Base class of data that makes batch number `index` on demand: define `__getitem__` and `__len__`.

    `fit` asks for every batch once an epoch, in another order each time when `shuffle` is true.

    Args:
        workers, use_multiprocessing, max_queue_size: accepted for compatibility with Keras; batches are
            made one at a time, where training runs.

    >>> import numpy as np, lamella
    >>> class Squares(PyDataset):
    ...     def __len__(self):
    ...         return 5
    ...     def __getitem__(self, index):
    ...         x = np.full((8, 1), index / 5)
    ...         return x, x**2
    >>> model = lamella.Sequential([lamella.Input((1,)), lamella.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> model.fit(Squares(), verbose=0).params["steps"]
    5
    """

    def __init__(self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10) -> None:
        owner = type(self).__name__
        self.workers = integer(owner, "workers", workers, least=0)
        self.use_multiprocessing = flag(owner, "use_multiprocessing", use_multiprocessing)
        self.max_queue_size = integer(owner, "max_queue_size", max_queue_size, least=0)

    def __getitem__(self, index: int) -> Any:
        """Batch `index`: `(x, y)` or `(x, y, sample_weight)`, each an array with rows first."""
        raise NotImplementedError(f"{type(self).__name__} does not implement __getitem__()")

    @property
    def num_batches(self) -> int | None:
        """Batches of an epoch, `len(self)`; override it to return None for data without an end."""
        if not hasattr(self, "__len__"):
            raise NotImplementedError(f"{type(self).__name__} implements neither __len__ nor num_batches")
        return len(self)

    def on_epoch_begin(self) -> None:
        """Called before every epoch of `fit`, every validation, evaluation and prediction."""

    def on_epoch_end(self) -> None:
        """Called after every epoch of `fit`, every validation, evaluation and prediction."""

    def pass_over(self, shuffle: bool) -> Iterator[Any]:
        """The batches of one pass, in random order with `shuffle`."""
        count = self.num_batches
        order: Iterable[int] = itertools.count()
        if count is not None:
            order = np.arange(count)
            if shuffle:
                np.random.default_rng(seeding.next_seed()).shuffle(order)
        for index in order:
            yield self[int(index)]


Sequence = PyDataset  # Keras's older name
