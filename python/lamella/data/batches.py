"""Data that comes batch by batch: iterables, `PyDataset`, sparse matrices."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from lamella import seeding
from lamella._types import Array
from lamella.data.arrays import ArrayData, adapt, adapt_targets
from lamella.utils.py_dataset import PyDataset


class BatchData:
    """Data that cannot be indexed row by row by the native core.

    Attributes:
        one_pass: whether a second pass over it goes on where the first ended, as with a generator.
    """

    one_pass = False

    def steps(self, batch_size: int) -> int | None:
        """Batches of a pass, None when unknown."""
        raise NotImplementedError

    def batches(self, batch_size: int, shuffle: bool) -> Iterator[ArrayData]:
        """One pass over it."""
        raise NotImplementedError

    def skip_pass(self, begun: bool) -> None:
        """Tell it of a pass that another process made; `begun` where it knows of its beginning."""


class IterableData(BatchData):
    """Batches that somebody else makes: a generator, a data loader, a `PyDataset`.

    Args:
        source: yields `x`, `(x,)`, `(x, y)` or `(x, y, sample_weight)`; its batches are taken as they are.
        class_weight: weights of classes, or None.
    """

    def __init__(self, source: Any, class_weight: dict[int, float] | None = None) -> None:
        self._source = source
        self._class_weight = class_weight
        self.one_pass = isinstance(source, Iterator)

    def steps(self, batch_size: int) -> int | None:
        if isinstance(self._source, PyDataset):
            return self._source.num_batches
        return len(self._source) if hasattr(self._source, "__len__") else None

    def skip_pass(self, begun: bool) -> None:
        if isinstance(self._source, PyDataset):
            if not begun:
                self._source.on_epoch_begin()
            self._source.on_epoch_end()

    def batches(self, batch_size: int, shuffle: bool) -> Iterator[ArrayData]:
        is_dataset = isinstance(self._source, PyDataset)
        for item in self._source.pass_over(shuffle) if is_dataset else self._source:
            members = tuple(item) if isinstance(item, (tuple, list)) else (item,)
            if not 1 <= len(members) <= 3:
                raise ValueError(
                    "x must yield batches (x, y) or (x, y, sample_weight). Received: a batch of "
                    f"{len(members)} members"
                )
            x, y, sample_weight = (*members, None, None)[:3]
            if is_sparse(x):
                x = x.toarray()
            yield adapt(x, y, sample_weight, self._class_weight)


class SparseData(BatchData):
    """A sparse matrix of inputs: batches are made dense one at a time.

    Args:
        x: a matrix with `tocsr`, as scipy's, shape (rows, features).
        y: targets, or None.
        sample_weight: a weight for each row, or None.
    """

    def __init__(self, x: Any, y: Array | None, sample_weight: Array | None) -> None:
        self._x = x
        self._y = y
        self._sample_weight = sample_weight

    @property
    def rows(self) -> int:
        """Number of samples."""
        return int(self._x.shape[0])

    def slice(self, start: int, stop: int) -> SparseData:
        """The rows from start to stop."""
        y, weight = self._y, self._sample_weight
        return SparseData(
            self._x[start:stop],
            None if y is None else y[start:stop],
            None if weight is None else weight[start:stop],
        )

    def steps(self, batch_size: int) -> int | None:
        return -(-self.rows // batch_size)

    def batches(self, batch_size: int, shuffle: bool) -> Iterator[ArrayData]:
        order = np.arange(self.rows)
        if shuffle:
            np.random.default_rng(seeding.next_seed()).shuffle(order)
        for start in range(0, self.rows, batch_size):
            rows = order[start : start + batch_size]
            y, weight = self._y, self._sample_weight
            yield ArrayData(
                self._x[rows].toarray(),
                None if y is None else y[rows],
                None if weight is None else weight[rows],
            )


class BatchStream:
    """The batches of pass after pass, with a look at the next one.

    Args:
        data: where they come from.
        batch_size: rows of a batch, where the data does not say.
        shuffle: whether every pass has another order, where the data can be reordered.
    """

    def __init__(self, data: BatchData, batch_size: int, shuffle: bool) -> None:
        self._data = data
        self._batch_size = batch_size
        self._shuffle = shuffle
        self._iterator = data.batches(batch_size, shuffle)
        self._next: ArrayData | None = None
        self._taken = 0
        self._passes = 0
        self._ended = False
        self._random = seeding.state()
        self.steps = data.steps(batch_size)

    def peek(self) -> ArrayData | None:
        """The next batch, None at the end of the pass."""
        if self._next is None:
            if self._taken == 0:
                self._random = seeding.state()  # what the order of this pass is drawn from
            self._next = next(self._iterator, None)
            self._ended = self._next is None
        return self._next

    def take(self) -> ArrayData:
        """The next batch, which must be there."""
        batch = self.peek()
        assert batch is not None
        self._next = None
        self._taken += 1
        return batch

    def restart(self) -> None:
        """Begin another pass, unless nothing was taken from this one or the data knows only one."""
        if self._taken > 0 and not self._data.one_pass:
            self._iterator = self._data.batches(self._batch_size, self._shuffle)
            self._next = None
            self._taken = 0
            self._passes += 1

    def settings(self) -> dict[str, Any]:
        """What the batches depend on, beside the data."""
        return {"batch_size": self._batch_size, "shuffle": self._shuffle}

    def position(self) -> dict[str, Any]:
        """Passes made, batches taken from this one, whether it has ended, and what its order came from."""
        return {"passes": self._passes, "taken": self._taken, "ended": self._ended, "random": self._random}

    def go_to(self, position: dict[str, Any]) -> None:
        """Go to where another process was: begin a pass in the same order, and leave out what was taken.

        Raises:
            ValueError: when there are not as many batches.
        """
        for index in range(position["passes"]):
            self._data.skip_pass(begun=index == 0 and self._next is not None)
        seeding.set_state(position["random"])
        if not self._data.one_pass:
            self._iterator = self._data.batches(self._batch_size, self._shuffle)
            self._next = None
        for taken in range(position["taken"]):
            if self.peek() is None:
                raise ValueError(
                    f"the data ended after {taken} batches, {position['taken']} had been trained on"
                )
            self.take()
        self._passes = position["passes"]
        if position["ended"]:
            self.peek()

    def first(self) -> ArrayData:
        """The first batch, still to be taken.

        Raises:
            ValueError: when there is none.
        """
        batch = self.peek()
        if batch is None:
            raise ValueError("x holds no samples: it yields no batches")
        return batch


def is_sparse(value: Any) -> bool:
    """Whether it is a sparse matrix, by what scipy's have."""
    return hasattr(value, "tocsr") and hasattr(value, "toarray")


def is_iterable_of_batches(value: Any) -> bool:
    """Whether it yields batches, rather than being an array or what becomes one."""
    if isinstance(value, PyDataset):
        return True
    if isinstance(value, (str, bytes, Mapping)) or hasattr(value, "__array__") or hasattr(value, "shape"):
        return False
    if isinstance(value, (list, tuple)):
        return bool(value) and isinstance(value[0], tuple) and hasattr(value[0][0], "shape")
    return hasattr(value, "__iter__")


def adapt_any(
    x: Any, y: Any = None, sample_weight: Any = None, class_weight: dict[int, float] | None = None
) -> ArrayData | SparseData | IterableData:
    """Tell arrays, sparse matrices and iterables of batches apart, and check them.

    Raises:
        TypeError, ValueError: as `adapt`; also when targets or weights are passed beside an iterable.
    """
    if is_sparse(x):
        matrix = x.tocsr()
        targets, weights = adapt_targets(matrix.shape, y, sample_weight, class_weight)
        return SparseData(matrix, targets, weights)
    if not is_iterable_of_batches(x):
        return adapt(x, y, sample_weight, class_weight)
    for name, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None:
            raise ValueError(f"{name} must be None when x yields batches: let x yield (x, y, sample_weight)")
    return IterableData(x, class_weight)


def split(
    data: ArrayData | SparseData | IterableData, fraction: float
) -> tuple[ArrayData | SparseData, ArrayData | SparseData]:
    """Cut the last `fraction` of the rows off for validation; of arrays as views.

    Raises:
        ValueError: when the fraction is not between 0 and 1, or leaves no rows on one side, or the data
            comes in batches.
    """
    if isinstance(data, IterableData):
        raise ValueError("validation_split needs arrays: pass validation_data when x yields batches")
    if not 0.0 < fraction < 1.0:
        raise ValueError(f"validation_split must be between 0 and 1. Received: {fraction}")
    at = math.floor(data.rows * (1.0 - fraction))
    if at in (0, data.rows):
        raise ValueError(
            f"validation_split={fraction} leaves no samples for {'training' if at == 0 else 'validation'}: "
            f"x has {data.rows} samples"
        )
    return data.slice(0, at), data.slice(at, data.rows)


def unpack(validation_data: Any) -> ArrayData | SparseData | IterableData:
    """Read `validation_data`: `(x, y)`, `(x, y, sample_weight)`, or an iterable of batches.

    Raises:
        ValueError: for anything else.
    """
    if is_iterable_of_batches(validation_data):
        return IterableData(validation_data)
    if not isinstance(validation_data, (tuple, list)) or len(validation_data) not in (2, 3):
        raise ValueError(
            "validation_data must be a tuple (x, y) or (x, y, sample_weight), or yield batches. "
            f"Received: {type(validation_data).__name__}"
        )
    return adapt_any(*validation_data)
