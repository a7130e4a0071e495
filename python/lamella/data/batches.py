"""Data that comes batch by batch: iterables, `PyDataset`, sparse matrices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lamella.base import seeding
from lamella.base.types import Array
from lamella.data.arrays import ArrayData, adapt
from lamella.data.conversion import NameOf
from lamella.data.py_dataset import PyDataset


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

    def on_epoch_begin(self) -> None:
        """Tell it that an epoch, an evaluation or a prediction begins."""

    def on_epoch_end(self) -> None:
        """Tell it that it ended."""


class IterableData(BatchData):
    """Batches that somebody else makes: a generator, a data loader, a `PyDataset`.

    Args:
        source: yields `x`, `(x,)`, `(x, y)` or `(x, y, sample_weight)`; its batches are taken as they are.
        name_of: what entries of dictionaries must be called.
        inputs_only: whether only x is looked at.
        what: what users call it.
    """

    def __init__(
        self, source: Any, name_of: NameOf | None = None, inputs_only: bool = False, what: str = "x"
    ) -> None:
        self._source = source
        self._what = what
        self._name_of = name_of
        self._members = 1 if inputs_only else 3
        self.one_pass = isinstance(source, Iterator)

    def steps(self, batch_size: int) -> int | None:
        if isinstance(self._source, PyDataset):
            return self._source.num_batches
        try:
            return len(self._source)
        except TypeError:  # it has no length, or does not know it
            return None

    def on_epoch_begin(self) -> None:
        if isinstance(self._source, PyDataset):
            self._source.on_epoch_begin()

    def on_epoch_end(self) -> None:
        if isinstance(self._source, PyDataset):
            self._source.on_epoch_end()

    def batches(self, batch_size: int, shuffle: bool) -> Iterator[ArrayData]:
        is_dataset = isinstance(self._source, PyDataset)
        for index, item in enumerate(self._source.pass_over(shuffle) if is_dataset else self._source):
            members = tuple(item) if isinstance(item, (tuple, list)) else (item,)
            if not 1 <= len(members) <= 3:
                raise ValueError(
                    f"{self._what} must yield batches (x, y) or (x, y, sample_weight). Received: a batch of "
                    f"{len(members)} members"
                )
            x, y, sample_weight = (*members[: self._members], None, None)[:3]
            try:
                batch = adapt(x, y, sample_weight, self._name_of)
            except (TypeError, ValueError) as error:
                kind = TypeError if isinstance(error, TypeError) else ValueError
                raise kind(f"batch {index} of {self._what}: {error}") from error
            yield batch


class SparseData(BatchData):
    """A sparse matrix of inputs: batches are made dense one at a time.

    Args:
        x: a matrix with `tocsr`, as scipy's, shape (rows, features).
        y: targets, or None.
        sample_weight: weights of rows or of positions of rows, or None.
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
        self._epochs = 0
        self._in_epoch = False
        self._ended = False
        self._random = seeding.state()
        self.steps = data.steps(batch_size)

    def begin_epoch(self) -> None:
        """Tell the data that an epoch begins, unless it knows already."""
        if not self._in_epoch:
            self._in_epoch = True
            self._data.on_epoch_begin()

    def end_epoch(self) -> None:
        """Tell the data that the epoch ended."""
        self._in_epoch = False
        self._epochs += 1
        self._data.on_epoch_end()

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

    def settings(self) -> dict[str, Any]:
        """What the batches depend on, beside the data."""
        return {"batch_size": self._batch_size, "shuffle": self._shuffle}

    def position(self) -> dict[str, Any]:
        """Epochs before, and whether one has begun; batches taken from this pass, whether it has ended, and
        what its order came from."""
        return {
            "epochs": self._epochs,
            "in_epoch": self._in_epoch,
            "taken": self._taken,
            "ended": self._ended,
            "random": self._random,
        }

    def go_to(self, position: dict[str, Any]) -> None:
        """Go to where another process was: begin a pass in the same order, and leave out what was taken.

        Raises:
            ValueError: when there are not as many batches.
        """
        for _ in range(position["epochs"]):
            self.begin_epoch()
            self.end_epoch()
        if position["in_epoch"]:
            self.begin_epoch()
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
        if position["ended"]:
            self.peek()

    def first(self) -> ArrayData:
        """The first batch, still to be taken; an epoch begins.

        Raises:
            ValueError: when there is none.
        """
        self.begin_epoch()
        batch = self.peek()
        if batch is None:
            raise ValueError("x holds no samples: it yields no batches")
        return batch
