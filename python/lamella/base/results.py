"""What calls return: arrays and numbers that answer `numpy()` too, as Keras's tensors do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, SupportsIndex

import numpy as np


class ArrayResult(np.ndarray[Any, np.dtype[Any]]):
    """An array that a call computed: NumPy's in every way, and `numpy()` returns it as a plain one.

    Pickled, it becomes a plain array, which is read where this library is not.

    >>> import pickle
    >>> x = answer(np.array([1.0, 2.0]))
    >>> x, (x * 2).numpy(), type(x.numpy()).__name__
    (array([1., 2.]), array([2., 4.]), 'ndarray')
    >>> type(pickle.loads(pickle.dumps(x))).__name__
    'ndarray'
    """

    __slots__ = ()

    def numpy(self) -> np.ndarray[Any, np.dtype[Any]]:
        """The same numbers as a plain array, not copied."""
        return self.view(np.ndarray)

    def __repr__(self) -> str:
        return repr(self.view(np.ndarray))

    def __round__(self, digits: SupportsIndex | None = None) -> Any:
        """Of a single number, as Python rounds."""
        return round(self.item(), digits)

    def __reduce__(self) -> Any:
        return self.view(np.ndarray).__reduce__()

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        return self.view(np.ndarray).__reduce_ex__(protocol)


def _closed(operation: Callable[..., Any]) -> Callable[..., Any]:
    """An operation of floats, whose result answers `numpy()` too."""

    def method(self: NumberResult, *others: Any) -> Any:
        value = operation(self, *others)
        return NumberResult(value) if type(value) is float else value

    return method


class NumberResult(float):
    """A number that a call computed: a float that answers `numpy()`, as sums and the like of it do.

    >>> loss = NumberResult(0.5)
    >>> loss, float(loss.numpy()), float((2 * loss).numpy()), loss.shape
    (0.5, 0.5, 1.0, ())
    """

    __slots__ = ()
    shape: tuple[int, ...] = ()
    ndim = 0
    dtype = "float64"

    __add__ = _closed(float.__add__)
    __radd__ = _closed(float.__radd__)
    __sub__ = _closed(float.__sub__)
    __rsub__ = _closed(float.__rsub__)
    __mul__ = _closed(float.__mul__)
    __rmul__ = _closed(float.__rmul__)
    __truediv__ = _closed(float.__truediv__)
    __rtruediv__ = _closed(float.__rtruediv__)
    __pow__ = _closed(float.__pow__)
    __rpow__ = _closed(float.__rpow__)
    __neg__ = _closed(float.__neg__)
    __abs__ = _closed(float.__abs__)

    def numpy(self) -> np.float64:
        """The number as NumPy's."""
        return np.float64(self)

    def item(self) -> float:
        """The number as Python's."""
        return float(self)

    def __reduce__(self) -> Any:
        """Pickled as a plain float."""
        return float, (float(self),)


class CountResult(int):
    """A whole number that answers `numpy()`.

    >>> CountResult(3), int(CountResult(3).numpy())
    (3, 3)
    """

    __slots__ = ()

    def numpy(self) -> np.int64:
        """The number as NumPy's."""
        return np.int64(self)

    def __reduce__(self) -> Any:
        """Pickled as a plain int."""
        return int, (int(self),)


def answer(value: Any) -> ArrayResult:
    """An array, or a number of NumPy's, as one that answers `numpy()`; an array is not copied.

    >>> answer(np.float32(2.0)).numpy().dtype
    dtype('float32')
    """
    return np.asarray(value).view(ArrayResult)
