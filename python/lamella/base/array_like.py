"""What holds numbers that may change, and is read as an array: variables and learning rates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from lamella.base.results import ArrayResult, answer
from lamella.base.types import Array


class ArrayLike(NDArrayOperatorsMixin):
    """Base class of what behaves as an array of its `numpy()`; it is changed by `assign` alone.

    Arithmetic, comparisons, indexing, NumPy's functions and the methods here give arrays of their own.
    """

    __hash__ = object.__hash__  # by identity: == compares the numbers

    def numpy(self) -> Any:
        """A copy of the numbers."""
        raise NotImplementedError

    def assign(self, value: Any) -> ArrayResult:
        """Replace the numbers, and return them."""
        raise NotImplementedError

    def assign_add(self, value: Any) -> ArrayResult:
        """Add to the numbers, and return them."""
        return self.assign(self + value)

    def assign_sub(self, value: Any) -> ArrayResult:
        """Subtract from the numbers, and return them."""
        return self.assign(self - value)

    @property
    def value(self) -> Any:
        """A copy of the numbers, as `numpy()`."""
        return answer(self.numpy())

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.numpy(), dtype=dtype)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """What operators of NumPy's end in."""
        if any(isinstance(output, ArrayLike) for output in kwargs.get("out", ())):
            raise TypeError(f"{self!r} is changed by assign(), not in place")
        arrays = [value.numpy() if isinstance(value, ArrayLike) else value for value in inputs]
        values = getattr(ufunc, method)(*arrays, **kwargs)
        if values is None or isinstance(values, tuple):
            return values and tuple(map(answer, values))
        return values if isinstance(values, np.bool_) else answer(values)

    def __getitem__(self, index: Any) -> ArrayResult:
        return answer(self.numpy()[index])

    def __len__(self) -> int:
        return len(self.numpy())

    def __iter__(self) -> Iterator[Any]:
        return iter(answer(self.numpy()))

    def __contains__(self, value: Any) -> bool:
        return value in self.numpy()

    def __bool__(self) -> bool:
        return bool(self.numpy())

    def __int__(self) -> int:
        return int(self.numpy())

    def __float__(self) -> float:
        return float(self.numpy())

    def __round__(self, digits: int | None = None) -> Any:
        return round(self.item(), digits)

    def __format__(self, spec: str) -> str:
        return format(self.numpy(), spec) if spec else str(self)

    @property
    def T(self) -> ArrayResult:  # noqa: N802  # NumPy's name
        """The axes in reverse order."""
        return answer(self.numpy().T)

    def item(self) -> Any:
        """The number, where there is one, as Python's."""
        return self.numpy().item()

    def tolist(self) -> Any:
        """The numbers as nested lists."""
        return self.numpy().tolist()

    def astype(self, dtype: Any) -> ArrayResult:
        """The numbers in another type."""
        return answer(self.numpy().astype(dtype))

    def reshape(self, *shape: Any) -> ArrayResult:
        """The numbers in another shape."""
        return answer(self.numpy().reshape(*shape))

    def flatten(self) -> ArrayResult:
        """The numbers along one axis."""
        return answer(self.numpy().ravel())

    def sum(self, axis: Any = None, **more: Any) -> ArrayResult:
        """As NumPy's, and so are the following ones."""
        return answer(self.numpy().sum(axis, **more))

    def mean(self, axis: Any = None, **more: Any) -> ArrayResult:
        return answer(self.numpy().mean(axis, **more))

    def std(self, axis: Any = None, **more: Any) -> ArrayResult:
        return answer(self.numpy().std(axis, **more))

    def var(self, axis: Any = None, **more: Any) -> ArrayResult:
        return answer(self.numpy().var(axis, **more))

    def min(self, axis: Any = None, **more: Any) -> ArrayResult:
        return answer(self.numpy().min(axis, **more))

    def max(self, axis: Any = None, **more: Any) -> ArrayResult:
        return answer(self.numpy().max(axis, **more))

    def argmin(self, axis: Any = None, **more: Any) -> ArrayResult:
        return answer(self.numpy().argmin(axis, **more))

    def argmax(self, axis: Any = None, **more: Any) -> ArrayResult:
        return answer(self.numpy().argmax(axis, **more))

    def all(self, axis: Any = None, **more: Any) -> ArrayResult:
        return answer(self.numpy().all(axis, **more))

    def any(self, axis: Any = None, **more: Any) -> ArrayResult:
        return answer(self.numpy().any(axis, **more))
