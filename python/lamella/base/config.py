"""Settings of the whole process: numeric type, epsilon and the number of threads."""

from __future__ import annotations

from typing import Any

from lamella import _core
from lamella.base import checks

_MAX_THREADS = 1024
_FLOAT_TYPES = ("float32", "float64")
_settings: dict[str, Any] = {"floatx": "float32", "epsilon": 1e-7}


def floatx() -> str:
    """Return the numeric type that layers get when they are not given one: `"float32"` unless changed.

    >>> floatx()
    'float32'
    """
    return str(_settings["floatx"])


def set_floatx(value: str) -> None:
    """Set the numeric type of layers created from now on.

    Args:
        value: `"float32"` or `"float64"`.

    Raises:
        ValueError: for any other type.

    >>> set_floatx("float64")
    >>> floatx()
    'float64'
    >>> set_floatx("float32")
    """
    _settings["floatx"] = checks.choice("set_floatx", "value", value, _FLOAT_TYPES)


def standardize_dtype(dtype: Any) -> str:
    """Turn what users and Keras configs give as `dtype` into `"float32"` or `"float64"`.

    Args:
        dtype: None (for `floatx()`), a name, a NumPy type, or a `DTypePolicy`, also as a config.

    Raises:
        ValueError: for a type that layers cannot compute in.

    >>> standardize_dtype(None), standardize_dtype("float64")
    ('float32', 'float64')
    """
    if dtype is None:
        return floatx()
    named = dtype
    if isinstance(dtype, dict):
        policy = dtype.get("config")
        named = policy.get("name") if isinstance(policy, dict) else None
    for attribute in ("name", "__name__"):  # of policies and of NumPy's types
        named = getattr(named, attribute, named)
    name = named if isinstance(named, str) else str(named)
    if name not in _FLOAT_TYPES:
        halves = ", for nothing is computed in half precision" if "16" in name else ""
        raise ValueError(
            f"dtype must be one of {', '.join(_FLOAT_TYPES)}{halves}. Received: {checks.shown(dtype)}"
        )
    return str(name)


def epsilon() -> float:
    """Return the small number that Keras code adds to denominators: 1e-7 unless changed.

    >>> epsilon()
    1e-07
    """
    return float(_settings["epsilon"])


def set_epsilon(value: float) -> None:
    """Set what `epsilon()` returns, a positive number. It changes nothing inside the library.

    Raises:
        ValueError: for anything else.

    >>> set_epsilon(1e-5)
    >>> epsilon()
    1e-05
    >>> set_epsilon(1e-7)
    """
    _settings["epsilon"] = checks.number("set_epsilon", "value", value, above=0)


def image_data_format() -> str:
    """Where images have their channels.

    >>> image_data_format()
    'channels_last'
    """
    return "channels_last"


def set_image_data_format(data_format: str) -> None:
    """Accept `"channels_last"`, the one there is.

    Raises:
        ValueError: for `"channels_first"`.

    >>> set_image_data_format("channels_last")
    """
    if not isinstance(data_format, str) or data_format != "channels_last":
        raise ValueError(
            "Images have their channels last here: transpose them, x.transpose(0, 2, 3, 1). "
            f"Received: data_format={checks.shown(data_format)}"
        )


def num_threads() -> int:
    """Return the number of threads that training and prediction use.

    It comes from `LAMELLA_NUM_THREADS`, else `OMP_NUM_THREADS`, else the cores this process may use. It never
    changes a result, only how long it takes.

    >>> num_threads() >= 1
    True
    """
    return _core.num_threads()


def set_num_threads(count: int) -> None:
    """Set the number of threads that training and prediction use.

    Raises:
        ValueError: unless `count` is an integer from 1 to 1024.

    >>> before = num_threads()
    >>> set_num_threads(1)
    >>> num_threads()
    1
    >>> set_num_threads(before)
    """
    _core.set_num_threads(checks.integer("set_num_threads", "count", count, 1, _MAX_THREADS))
