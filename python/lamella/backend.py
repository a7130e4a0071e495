"""What Keras programs ask `keras.backend` for: settings, and values of variables."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella.base.array_like import ArrayLike
from lamella.base.checks import entries_of, refusal
from lamella.base.config import (
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)
from lamella.base.public_names import publish
from lamella.base.session import clear_session
from lamella.base.types import Array
from lamella.variable import Variable

__all__ = [
    "backend",
    "batch_get_value",
    "batch_set_value",
    "clear_session",
    "epsilon",
    "floatx",
    "get_uid",
    "get_value",
    "image_data_format",
    "is_float_dtype",
    "is_int_dtype",
    "is_keras_tensor",
    "result_type",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "set_value",
    "standardize_dtype",
]

publish(__name__, __all__)


_uids: dict[str, int] = {}


def backend() -> str:
    """The name of what computes.

    >>> backend()
    'lamella'
    """
    return "lamella"


def standardize_dtype(dtype: Any) -> str:
    """The name of a numeric type; None is `floatx()`.

    Raises:
        ValueError: for what is no type of numbers.

    >>> standardize_dtype(np.float32), standardize_dtype(int), standardize_dtype(None)
    ('float32', 'int32', 'float32')
    """
    return str(_type(dtype))


def is_float_dtype(dtype: Any) -> bool:
    """Whether it is a type of floating-point numbers.

    >>> is_float_dtype("float64"), is_float_dtype("int32")
    (True, False)
    """
    return bool(_type(dtype).kind == "f")


def is_int_dtype(dtype: Any) -> bool:
    """Whether it is a type of whole numbers.

    >>> is_int_dtype("uint8"), is_int_dtype("bool")
    (True, False)
    """
    return bool(_type(dtype).kind in "iu")


def result_type(*dtypes: Any) -> str:
    """The name of the type that operations give of these; `int` and `float` stand for Python's numbers.

    >>> result_type("int32", "float32"), result_type("uint8", int), result_type()
    ('float32', 'uint8', 'float32')
    """
    from lamella.ops import conversion  # as in _type

    python = (bool, int, float, complex)
    kinds = [one if isinstance(one, type) and one in python else _type(one) for one in dtypes]
    return str(conversion.result_type(*kinds) if kinds else _type(None))


def _type(dtype: Any) -> Any:
    from lamella.ops.conversion import dtype_of  # which takes longer to import than this module

    return dtype_of(dtype)


def is_keras_tensor(x: Any) -> bool:
    """Whether it is a symbolic tensor: there are none.

    >>> is_keras_tensor(np.ones(2))
    False
    """
    return False


def get_uid(prefix: str = "") -> int:
    """Count the calls with a prefix, from 1 on.

    >>> get_uid("of an example"), get_uid("of an example")
    (1, 2)
    """
    if not isinstance(prefix, str):
        raise refusal("get_uid", "prefix", "a text", prefix)
    _uids[prefix] = _uids.get(prefix, 0) + 1
    return _uids[prefix]


def get_value(x: Any) -> Any:
    """The numbers of a variable, or of a learning rate.

    >>> get_value(Variable(np.ones(2))).tolist()
    [1.0, 1.0]
    """
    return x.numpy() if isinstance(x, ArrayLike) else np.asarray(x)[()]


def set_value(x: ArrayLike, value: Any) -> None:
    """Replace the numbers of a variable, or a learning rate.

    Raises:
        TypeError: for what is neither.
        ValueError: when the shape differs from the variable's.

    >>> x = Variable(np.ones(2))
    >>> set_value(x, [3, 4])
    >>> x.numpy().tolist()
    [3.0, 4.0]
    """
    if not isinstance(x, ArrayLike):
        raise TypeError(
            "set_value: 'x' must be a Variable, or the learning rate of an optimizer. "
            f"Received: {type(x).__name__}"
        )
    x.assign(value)


def batch_get_value(xs: list[Any]) -> list[Array]:
    """The numbers of several variables.

    >>> [value.tolist() for value in batch_get_value([Variable(np.ones(1))])]
    [[1.0]]
    """
    entries = entries_of(xs)
    if entries is None:
        raise refusal("batch_get_value", "xs", "a list of variables", xs)
    return [get_value(x) for x in entries]


def batch_set_value(pairs: list[tuple[Variable, Any]]) -> None:
    """Replace the numbers of several variables, given as pairs `(variable, value)`: all of them, or none.

    Raises:
        ValueError: for what is no list of pairs, or a value that does not fit.

    >>> x = Variable(np.ones(1))
    >>> batch_set_value([(x, [5])])
    >>> x.numpy().tolist()
    [5.0]
    """
    listed = entries_of(pairs)
    entries = [None] if listed is None else [entries_of(pair) for pair in listed]
    given = [
        pair for pair in entries if pair is not None and len(pair) == 2 and isinstance(pair[0], Variable)
    ]
    if len(given) < len(entries):
        raise refusal("batch_set_value", "pairs", "a list of pairs (variable, value)", pairs)
    arrays = [x.converted(value) for x, value in given]
    for (x, _), array in zip(given, arrays, strict=True):
        x.assign(array)
