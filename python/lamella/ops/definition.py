"""What happens around each operation, and the families that most of them belong to."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, Protocol, overload

import numpy as np

from lamella._types import Array
from lamella.checks import shown
from lamella.ops.conversion import array, axes, promoted
from lamella.results import ArrayResult, answer

P = ParamSpec("P")


class Unary(Protocol):
    """An operation on each number of an array."""

    def __call__(self, x: Any) -> ArrayResult: ...


class Binary(Protocol):
    """An operation on the numbers of two arrays, which are broadcast."""

    def __call__(self, x1: Any, x2: Any) -> ArrayResult: ...


class Bitwise(Protocol):
    """An operation on the bits of two arrays."""

    def __call__(self, x: Any, y: Any) -> ArrayResult: ...


class Reduction(Protocol):
    """An operation along axes."""

    def __call__(self, x: Any, axis: Any = None, keepdims: bool = False) -> ArrayResult: ...


@overload
def operation(function: Callable[P, Array]) -> Callable[P, ArrayResult]: ...
@overload
def operation(function: Callable[P, list[Array]]) -> Callable[P, list[ArrayResult]]: ...
@overload
def operation(function: Callable[P, tuple[Array, Array]]) -> Callable[P, tuple[ArrayResult, ArrayResult]]: ...
@overload
def operation(function: Callable[P, tuple[Array, ...]]) -> Callable[P, tuple[ArrayResult, ...]]: ...
def operation(function: Callable[P, Any]) -> Callable[P, Any]:
    """Have a function return arrays, also for single numbers, and say its name in what it refuses.

    Infinities and NaN pass without a warning.
    """
    name = function.__name__

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> Any:
        try:
            with np.errstate(all="ignore"):
                return answered(function(*args, **kwargs))
        except (IndexError, OverflowError, TypeError, ValueError) as error:
            kind = TypeError if isinstance(error, TypeError) else ValueError
            text = str(error)
            raise kind(text if text.startswith(name) else f"{name}{_of(args)}: {text}") from None

    return call


def answered(result: Any) -> Any:
    """Results as they are returned: arrays that answer `numpy()`, also within a list or tuple."""
    if isinstance(result, (np.ndarray, np.generic)):
        return answer(result)
    if isinstance(result, list):
        return [answered(one) for one in result]
    return tuple(answered(one) for one in result) if isinstance(result, tuple) else result


def unary(function: Callable[[Any], Any], says: str, of: Callable[[Any], Array] = array) -> Unary:
    """The operation of a NumPy function, which gets its argument through `of`."""

    def call(x: Any) -> Array:
        return function(of(x))

    return _named(function, call, f"{says}\n\nArgs:\n    x: an array, nested lists or a number.\n")


def binary(function: Callable[[Any, Any], Any], says: str, floating: bool = False) -> Binary:
    """The operation of a NumPy function of two arguments, which get their common type."""

    def call(x1: Any, x2: Any) -> Array:
        return function(*promoted(x1, x2, floating=floating))

    return _named(function, call, f"{says}\n\nArgs:\n    x1, x2: arrays or numbers, which are broadcast.\n")


def bitwise(function: Callable[[Any, Any], Any], says: str) -> Bitwise:
    """The operation of a NumPy function on bits."""

    def call(x: Any, y: Any) -> Array:
        return function(*promoted(x, y))

    return _named(function, call, f"{says}\n\nArgs:\n    x, y: whole numbers, which are broadcast.\n")


def reduction(
    function: Callable[..., Any], says: str, of: Callable[[Any], Array] = array, dtype: str | None = None
) -> Reduction:
    """The operation of a NumPy function along axes; `dtype` is that of the result where it is not x's."""

    def call(x: Any, axis: Any = None, keepdims: bool = False) -> Array:
        values = of(x)
        result = np.asarray(function(values, axis=axes(axis), keepdims=keepdims))
        return result.astype(dtype or values.dtype, copy=False)

    return _named(
        function,
        call,
        f"{says}\n\nArgs:\n    x: an array or nested lists.\n    axis: an axis, several, or None for all.\n"
        "    keepdims: whether the axes stay, with length 1.\n",
    )


def _named(function: Callable[..., Any], call: Any, says: str) -> Any:
    call.__name__ = call.__qualname__ = function.__name__
    call.__module__ = "lamella.ops"
    call.__doc__ = says
    return operation(call)


def _of(args: tuple[Any, ...]) -> str:
    """What it was called with, as far as messages need it."""
    arrays = [f"{shown(x)}" for x in args if isinstance(x, np.ndarray)]
    return f" of {' and '.join(arrays)}" if arrays else ""
