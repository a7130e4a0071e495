"""What happens around each operation, and the families that most of them belong to."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, Protocol, TypeVar, overload

import numpy as np

from lamella.base.checks import flag, integer, number, shown, text
from lamella.base.results import ArrayResult, answer
from lamella.base.types import Array
from lamella.ops.conversion import array, axes, promoted

P = ParamSpec("P")
R = TypeVar("R")

_OF_TYPE: dict[str, Callable[[str, str, Any], Any]] = {
    "bool": flag,
    "float": functools.partial(number, infinite=True),
    "int": integer,
    "str": text,
}


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
def operation(function: Callable[P, Any]) -> Callable[P, Any]:
    """Have a function return arrays, also of single numbers, infinities without warnings; see `checked`."""
    return _computing(function)


def structured(function: Callable[P, R]) -> Callable[P, R]:
    """As `operation`, for what does not always return the same number of arrays."""
    return _computing(function)


def _computing(function: Callable[P, Any]) -> Callable[P, Any]:
    call = checked(function)

    @functools.wraps(function)
    def compute(*args: P.args, **kwargs: P.kwargs) -> Any:
        with np.errstate(all="ignore"):
            return answered(call(*args, **kwargs))

    return compute


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """Hold a function to its annotations of plain types, and have all that it refuses say how it was called.

    What NumPy refuses comes as TypeError or ValueError.
    """
    signature = inspect.signature(function)
    owner, checks = function.__name__, _checks(signature)

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        for index, name, check in checks:
            if index < len(args) or name in kwargs:
                check(owner, name, args[index] if index < len(args) else kwargs[name])
        try:
            return function(*args, **kwargs)
        except Exception as error:
            kind = TypeError if isinstance(error, (AttributeError, TypeError)) else ValueError
            raise kind(f"{_shown_call(owner, signature, args, kwargs)}: {error}") from error

    return call


def _checks(signature: inspect.Signature) -> list[tuple[int, str, Callable[[str, str, Any], Any]]]:
    """The places, names and checks of the arguments that are plain numbers, flags or texts."""
    found = []
    for index, parameter in enumerate(signature.parameters.values()):
        kind, _, none = str(parameter.annotation).partition(" | ")
        if kind in _OF_TYPE and parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
            found.append((index, parameter.name, _or_none(_OF_TYPE[kind]) if none else _OF_TYPE[kind]))
    return found


def _or_none(check: Callable[[str, str, Any], Any]) -> Callable[[str, str, Any], Any]:
    return lambda owner, name, value: None if value is None else check(owner, name, value)


def _shown_call(owner: str, signature: inspect.Signature, args: Any, kwargs: Any) -> str:
    try:
        given = signature.bind(*args, **kwargs).arguments
    except TypeError:  # which the error is about
        return owner
    return f"{owner}({', '.join(f'{name}: {shown(value)}' for name, value in given.items())})"


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
