"""Loops and choices: Python's own, in Keras's words."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lamella.base.checks import refusal
from lamella.base.types import Array
from lamella.ops.conversion import array
from lamella.ops.definition import answered

__all__ = [
    "cond",
    "fori_loop",
    "map",
    "scan",
    "switch",
    "vectorize",
    "vectorized_map",
    "while_loop",
]


def cond(pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any]) -> Any:
    """What one of two functions returns.

    >>> cond(True, lambda: 1, lambda: 2)
    1
    """
    return true_fn() if pred else false_fn()


def switch(index: Any, branches: Sequence[Callable[..., Any]], *operands: Any) -> Any:
    """What one of several functions returns; the nearest where there is none of that index.

    >>> switch(1, [lambda x: x, lambda x: -x], 3)
    -3
    """
    return branches[min(max(int(index), 0), len(branches) - 1)](*operands)


def while_loop(
    cond: Callable[..., Any], body: Callable[..., Any], loop_vars: Any, maximum_iterations: int | None = None
) -> Any:
    """Values that a function changes while a condition of them holds.

    Args:
        cond: takes the values, and says whether to go on.
        body: takes the values, and returns the next ones.
        loop_vars: the first values: one, or a list or tuple.
        maximum_iterations: how often at most. Defaults to no limit.

    Returns:
        The last values, a tuple where there are several.

    >>> int(while_loop(lambda i: i < 5, lambda i: i + 2, 0))
    6
    """
    several = isinstance(loop_vars, (list, tuple))
    values = builtins.tuple(builtins.map(_converted, loop_vars if several else (loop_vars,)))
    steps = 0
    while (maximum_iterations is None or steps < maximum_iterations) and cond(*values):
        following = body(*values)
        values = builtins.tuple(following) if isinstance(following, (list, tuple)) else (following,)
        steps += 1
    return values if several else values[0]


def fori_loop(lower: Any, upper: Any, body_fun: Callable[[int, Any], Any], init_val: Any) -> Any:
    """A value that a function of a counter changes again and again.

    >>> fori_loop(0, 4, lambda i, total: total + i, 0)
    6
    """
    value = init_val
    for step in range(int(lower), int(upper)):
        value = body_fun(step, value)
    return value


def map(f: Callable[[Any], Any], xs: Any) -> Any:
    """What a function returns for each entry along the first axis, joined along it.

    Args:
        f: takes an entry, or a structure of them as `xs` has, and returns an array or such a structure.
        xs: an array, or arrays in a list, tuple or dictionary.

    >>> map(lambda x: x * 2, np.array([1, 2])).tolist()
    [2, 4]
    """
    return _joined([f(_entry(xs, i)) for i in range(_length(xs))])


def vectorized_map(function: Callable[[Any], Any], elements: Any) -> Any:
    """As `map`; several arrays are given as a list or tuple.

    >>> vectorized_map(lambda x: x.sum(), np.ones((2, 3))).tolist()
    [3.0, 3.0]
    """
    return map(function, elements)


def scan(
    f: Callable[[Any, Any], tuple[Any, Any]],
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
    unroll: Any = 1,
) -> tuple[Any, Any]:
    """A value carried along the entries of the first axis, and what each step returns, joined.

    Args:
        f: takes the carried value and an entry, and returns the next value and a result.
        init: the first value.
        xs: an array or a structure of arrays; None for `length` steps without entries.
        length: how many steps, where `xs` does not say.
        reverse: whether to begin with the last entry. Defaults to False.
        unroll: means nothing here.

    >>> last, sums = scan(lambda total, x: (total + x, total + x), 0, np.array([1, 2, 3]))
    >>> int(last), sums.tolist()
    (6, [1, 3, 6])
    """
    if xs is None and length is None:
        raise ValueError("scan: needs 'xs' or 'length'. Received: neither")
    steps = _length(xs) if length is None else int(length)
    carry, results = init, [None] * steps
    for i in reversed(range(steps)) if reverse else range(steps):
        carry, results[i] = f(carry, None if xs is None else _entry(xs, i))
    return answered(carry), _joined(results)


def vectorize(pyfunc: Callable[..., Any], *, excluded: Any = None, signature: str | None = None) -> Any:
    """A function of arrays out of one of numbers, or of the arrays that a signature names.

    Args:
        pyfunc: the function.
        excluded: arguments that it takes as they are.
        signature: the axes it works on, as in "(n),(n)->()"; it takes numbers by default.

    >>> vectorize(lambda a, b: max(a, b))([1, 5], 3).tolist()
    [3, 5]
    """
    call = np.vectorize(pyfunc, excluded=excluded, signature=signature)
    return lambda *args, **kwargs: answered(call(*args, **kwargs))


def _converted(value: Any) -> Any:
    return value if isinstance(value, (list, tuple, dict)) else array(value)


def _entry(xs: Any, i: int) -> Any:
    if isinstance(xs, dict):
        return {key: _entry(value, i) for key, value in xs.items()}
    if isinstance(xs, (list, tuple)):
        return type(xs)(_entry(value, i) for value in xs)
    return answered(array(xs)[i])


def _length(xs: Any) -> int:
    first = xs
    while isinstance(first, (list, tuple, dict)) and first:
        first = next(iter(first.values())) if isinstance(first, dict) else first[0]
    values = array(first)
    if values.ndim == 0:
        raise refusal("map", "xs", "arrays with an axis", xs)
    return len(values)


def _joined(results: list[Any]) -> Any:
    """Structures of arrays as a structure of arrays with one more axis in front."""
    if not results or results[0] is None:
        return None
    first = results[0]
    if isinstance(first, dict):
        return {key: _joined([one[key] for one in results]) for key in first}
    if isinstance(first, (list, tuple)):
        return type(first)(_joined(list(column)) for column in zip(*results, strict=True))
    joined: Array = answered(np.stack([array(one) for one in results]))
    return joined
