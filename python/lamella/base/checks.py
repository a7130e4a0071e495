"""What arguments have to be, where several kinds of objects ask for the same.

Each check returns the argument as the type it stands for, or raises ValueError with the owner (a class, or a
layer with its name), the argument, what was expected and what came.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


def is_positive_integer(value: Any) -> bool:
    """Whether it is an integer above 0; True is none.

    >>> [is_positive_integer(value) for value in (3, np.int64(3), 3.0, True, 0)]
    [True, True, False, False, False]
    """
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool) and int(value) > 0


def shown(value: Any) -> str:
    """What came, for a message: short however long it is, with its type where that tells more.

    >>> shown(3), shown("no"), shown([0.1]), shown(np.zeros((2, 3)))
    ('3', "'no'", '[0.1] of type list', 'an array of shape (2, 3), dtype float64')
    """
    if isinstance(value, np.ndarray) and value.ndim > 0:
        return f"an array of shape {value.shape}, dtype {value.dtype}"
    text = repr(value)
    text = text if len(text) <= 100 else f"{text[:97]}..."
    plain = value is None or isinstance(value, (bool, int, float, str, np.generic))
    return text if plain else f"{text} of type {type(value).__name__}"


def refusal(owner: str, argument: str, expected: str, value: Any) -> ValueError:
    """The error for an argument that is not what it must be.

    >>> refusal("Dense 'out'", "units", "a positive integer", -1)
    ValueError("Dense 'out': 'units' must be a positive integer. Received: -1")
    """
    return ValueError(f"{owner}: '{argument}' must be {expected}. Received: {shown(value)}")


def flag(owner: str, argument: str, value: Any) -> bool:
    """True or False; 1 and 0 stand for them.

    >>> flag("Dense", "use_bias", "no")
    Traceback (most recent call last):
    ValueError: Dense: 'use_bias' must be True or False. Received: 'no'
    """
    if isinstance(value, (bool, np.bool_)) or (isinstance(value, (int, np.integer)) and value in (0, 1)):
        return bool(value)
    raise refusal(owner, argument, "True or False", value)


def integer(owner: str, argument: str, value: Any, least: int | None = None, most: int | None = None) -> int:
    """A whole number, also one that is written as a float, within the bounds.

    >>> integer("Dense", "units", 3.0, least=1)
    3
    >>> integer("Dense", "units", 2.5, least=1)
    Traceback (most recent call last):
    ValueError: Dense: 'units' must be a positive integer. Received: 2.5
    """
    if type(value) is int and (least is None or value >= least) and most is None:
        return value  # what nearly all calls pass
    number = _real(value)
    whole = number is not None and math.isfinite(number) and number == int(number)
    if not whole or (least is not None and value < least) or (most is not None and value > most):
        raise refusal(owner, argument, _integer_within(least, most), value)
    return int(value)


def number(
    owner: str,
    argument: str,
    value: Any,
    *,
    least: float | None = None,
    most: float | None = None,
    above: float | None = None,
    below: float | None = None,
    infinite: bool = False,
) -> float:
    """A real number within the bounds; never NaN, and infinite only where that means something.

    >>> number("Dropout", "rate", 0.5, least=0, most=1)
    0.5
    >>> number("Dropout", "rate", "a", least=0, most=1)
    Traceback (most recent call last):
    ValueError: Dropout: 'rate' must be a number from 0 to 1. Received: 'a'
    """
    real = _real(value)
    inside = (
        real is not None
        and (math.isfinite(real) or (infinite and math.isinf(real)))
        and (least is None or real >= least)
        and (most is None or real <= most)
        and (above is None or real > above)
        and (below is None or real < below)
    )
    if not inside:
        raise refusal(owner, argument, _number_within(least, most, above, below, infinite), value)
    assert real is not None
    return real


def choice(owner: str, argument: str, value: Any, allowed: Collection[Any]) -> Any:
    """One of a few values.

    >>> choice("AUC", "curve", "roc", ("ROC", "PR"))
    Traceback (most recent call last):
    ValueError: AUC: 'curve' must be one of 'ROC', 'PR'. Received: 'roc'
    """
    if type(value) is str and value in allowed:
        return value  # what nearly all calls pass
    if not any(value is entry or (_is_alike(value, entry) and value == entry) for entry in allowed):
        raise refusal(owner, argument, f"one of {', '.join(map(repr, allowed))}", value)
    return value


def path(owner: str, argument: str, value: Any) -> str:
    """The path of a file, as a text.

    >>> path("load_model", "filepath", 3)
    Traceback (most recent call last):
    ValueError: load_model: 'filepath' must be a path: a str or a pathlib.Path. Received: 3
    """
    if not isinstance(value, (str, bytes, os.PathLike)):
        raise refusal(owner, argument, "a path: a str or a pathlib.Path", value)
    text = os.fsdecode(value)
    if not text or "\0" in text:
        raise refusal(owner, argument, "the path of a file", text)
    return text


def seed(owner: str, argument: str, value: Any) -> int | None:
    """None, or an integer that is not negative.

    >>> seed("Dropout", "seed", -1)
    Traceback (most recent call last):
    ValueError: Dropout: 'seed' must be None or an integer that is not negative. Received: -1
    """
    if value is None:
        return None
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < 0:
        raise refusal(owner, argument, "None or an integer that is not negative", value)
    return int(value)


def verbosity(owner: str, argument: str, value: Any) -> int:
    """0 silent, 1 or 2; True and False stand for 1 and 0.

    >>> verbosity("EarlyStopping", "verbose", True)
    1
    """
    if isinstance(value, (int, np.integer, np.bool_)) and 0 <= value <= 2:
        return int(value)
    raise refusal(owner, argument, "0, 1 or 2", value)


def text(owner: str, argument: str, value: Any) -> str:
    """A text that is not empty.

    >>> text("ModelCheckpoint", "monitor", 3)
    Traceback (most recent call last):
    ValueError: ModelCheckpoint: 'monitor' must be a text. Received: 3
    """
    if not isinstance(value, str) or not value:
        raise refusal(owner, argument, "a text", value)
    return value


def dtype(owner: str, argument: str, value: Any) -> np.dtype[Any]:
    """A type of real numbers.

    >>> dtype("uniform", "dtype", "int32")
    dtype('int32')
    >>> dtype("uniform", "dtype", None)
    Traceback (most recent call last):
    ValueError: uniform: 'dtype' must be a type of real numbers, such as 'float32'. Received: None
    """
    try:
        kind: np.dtype[Any] = np.dtype(value)
    except (TypeError, ValueError):
        kind = np.dtype(object)
    if value is None or kind.kind not in "biuf":
        raise refusal(owner, argument, "a type of real numbers, such as 'float32'", value)
    return kind


def takes(function: Callable[..., Any], *arguments: Any) -> bool:
    """Whether a function can be called with these arguments, as its signature says, without calling it.

    >>> takes(len), takes(len, [])
    (False, True)
    """
    import inspect  # not at the top: importing lamella does not wait for it

    try:
        inspect.signature(function).bind(*arguments)
    except TypeError:
        return False
    except ValueError:  # a builtin that does not tell its signature
        return True
    return True


def numbers(owner: str, argument: str, value: Any, count: int, **bounds: Any) -> tuple[float, ...]:
    """So many real numbers, each within the bounds of `number`.

    >>> numbers("RandomBrightness", "value_range", [0, 255], 2)
    (0.0, 255.0)
    """
    entries = entries_of(value)
    if entries is None or len(entries) != count:
        raise refusal(owner, argument, f"{count} numbers", value)
    return tuple(number(owner, argument, entry, **bounds) for entry in entries)


def axes(owner: str, argument: str, value: Any) -> int | tuple[int, ...]:
    """An axis, or a list of one or more.

    >>> axes("Softmax", "axis", -1), axes("Softmax", "axis", [1, 2])
    (-1, (1, 2))
    >>> axes("Softmax", "axis", "last")
    Traceback (most recent call last):
    ValueError: Softmax: 'axis' must be an integer or a list of them. Received: 'last'
    """
    entries = entries_of(value)
    for axis in (value,) if entries is None else entries or (None,):
        real = None if isinstance(axis, (float, np.floating)) else _real(axis)
        if real is None:
            raise refusal(owner, argument, "an integer or a list of them", value)
    return int(value) if entries is None else tuple(int(axis) for axis in entries)


def shape(owner: str, argument: str, value: Any, least: int = 1) -> tuple[int | None, ...]:
    """The lengths of axes, at least 1 or 0; None where one is not known.

    >>> shape("Dense", "input_shape", [None, 4])
    (None, 4)
    """
    if type(value) is tuple and all(axis is None or (type(axis) is int and axis >= least) for axis in value):
        return value  # what nearly all calls pass
    entries = (value,) if is_positive_integer(value) else entries_of(value)
    if entries is None or not all(
        axis is None or is_positive_integer(axis) or (axis == least == 0) for axis in entries
    ):
        raise refusal(owner, argument, "positive integers or None", value)
    return tuple(None if axis is None else int(axis) for axis in entries)


def entries_of(value: Any) -> tuple[Any, ...] | None:
    """What a list, a tuple or an array of one axis holds; None for anything else, texts too.

    >>> entries_of([1, 2]), entries_of(np.array([1.0])), entries_of("12"), entries_of(3)
    ((1, 2), (1.0,), None, None)
    """
    if isinstance(value, np.ndarray) and value.ndim == 1:
        return tuple(value.tolist())
    return tuple(value) if isinstance(value, (list, tuple)) else None


def _is_alike(value: Any, entry: Any) -> bool:
    """Whether they are of one type, NumPy's texts being texts; a flag is no number."""
    return isinstance(value, type(entry)) and isinstance(value, bool) == isinstance(entry, bool)


def _real(value: Any) -> float | None:
    """A real number, or an array without axes, as a float; None for anything else, flags too."""
    if hasattr(value, "__array__") and getattr(value, "shape", None) == ():
        value = np.asarray(value)[()]
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.integer, np.floating)):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _integer_within(least: int | None, most: int | None) -> str:
    if most is not None:
        return f"an integer up to {most}" if least is None else f"an integer from {least} to {most}"
    if least is None:
        return "an integer"
    return "a positive integer" if least == 1 else f"an integer of at least {least}"


def _number_within(
    least: float | None, most: float | None, above: float | None, below: float | None, infinite: bool
) -> str:
    if least is not None and most is not None and above is None and below is None:
        return f"a number from {least} to {most}"
    words = [
        f"{word} {bound}"
        for word, bound in (("at least", least), ("above", above), ("at most", most), ("below", below))
        if bound is not None
    ]
    kind = "a number" if infinite or words else "a finite number"
    return f"{kind} {' and '.join(words)}".strip()


@contextmanager
def told_of(what: str) -> Iterator[None]:
    """Say of errors what they are about; errors of other types, as users raise them, pass as they are.

    >>> with told_of("validation_data"):
    ...     raise ValueError("x holds no samples")
    Traceback (most recent call last):
    ValueError: validation_data: x holds no samples
    """
    try:
        yield
    except (TypeError, ValueError) as error:
        if type(error) not in (TypeError, ValueError):
            raise
        raise type(error)(f"{what}: {error}") from error
