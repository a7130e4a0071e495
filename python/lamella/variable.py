"""The variable: a named tensor that a layer owns."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from lamella import _core
from lamella.base import config
from lamella.base.array_like import ArrayLike
from lamella.base.checks import choice, flag, refusal, shape, shown
from lamella.base.naming import auto_name, checked_name
from lamella.base.results import ArrayResult, answer
from lamella.base.scopes import in_scope
from lamella.base.types import Array

_SLACK = 1 << 20
"""Bytes beyond the limit, for constants that a config spells shorter than they are."""

_left: ContextVar[list[int] | None] = ContextVar("bytes_left", default=None)


@contextmanager
def blank_variables(limit: int) -> Iterator[None]:
    """Within it, layers are built without drawing initial values: a file is about to give them.

    Args:
        limit: bytes that the variables may take together; ValueError before more are allocated.
    """
    token = _left.set([limit + _SLACK])
    try:
        yield
    finally:
        _left.reset(token)


def claim_blank(path: str, shape: tuple[int, ...], dtype: str) -> bool:
    """Whether a variable that is being built stays blank; takes its bytes off the limit.

    Raises:
        ValueError: when that many are not left.
    """
    left = _left.get()
    if left is None:
        return False
    left[0] -= math.prod(shape) * np.dtype(dtype).itemsize
    if left[0] < 0 or any(axis < 0 for axis in shape):
        raise ValueError(f"variable '{path}' of shape {shape} is larger than what the file holds")
    return True


class Variable(_core.Variable, ArrayLike):
    """A named tensor, in memory of the native core.

    Layers make variables with `add_weight`; read them with `numpy()` or as arrays, write them with `assign`.

    Args:
        initializer: the values; or, of a variable of `shape`, the name of an initializer, an initializer or a
            function `f(shape, dtype)`, or None for zeros.
        shape: where the initializer does not tell it.
        dtype: `"float32"` or `"float64"`; by default that of an array, else `config.floatx()`.
        trainable: whether optimizers may change it. Defaults to True.
        autocast, aggregation, synchronization: accepted for compatibility with Keras.
        name: short name, "kernel"; `variable`, `variable_1` ... by default.
        path: full name, "sequential/dense/kernel"; `name` by default.

    Raises:
        ValueError: for what are no real numbers, another type, or a missing shape.

    >>> import lamella
    >>> scale = lamella.Variable([1.0, 2.0], name="scale")
    >>> scale * 2, float(scale.mean())
    (array([2., 4.], dtype=float32), 1.5)
    >>> scale.assign_add([1.0, 1.0])
    array([2., 3.], dtype=float32)
    >>> lamella.Variable("ones", shape=(2,)).dtype
    'float32'
    """

    def __init__(
        self,
        initializer: Any,
        shape: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str | None = "none",
        synchronization: str | None = "auto",
        name: str | None = None,
        *,
        path: str | None = None,
    ) -> None:
        name = checked_name(type(self), name) or auto_name("Variable")
        owner = f"Variable '{path or name}'"
        flag(owner, "autocast", autocast)
        choice(owner, "aggregation", aggregation, (None, "none", "mean", "sum", "only_first_replica"))
        choice(owner, "synchronization", synchronization, (None, "none", "on_read", "on_write", "auto"))
        is_trainable = flag(owner, "trainable", trainable)
        if initializer is None:
            zeros = (_shape(owner, shape), config.standardize_dtype(dtype))
            super().__init__(*zeros, name, is_trainable)
        else:
            super().__init__(_initial(owner, initializer, shape, dtype), name, is_trainable)
        self.path = path or in_scope(name)
        self.packed = False
        self._frozen = False

    @property
    def trainable(self) -> bool:
        """Whether optimizers change it: set on the layer, not here."""
        return super().trainable and not self._frozen

    @trainable.setter
    def trainable(self, value: bool) -> None:
        raise ValueError(
            f"Variable '{self.path}': whether optimizers change it is set on its layer, layer.trainable = "
            f"{shown(value)}, or by 'trainable' of add_weight()"
        )

    def follow(self, layer_trainable: bool) -> None:
        """Take over the `trainable` attribute of the layer."""
        self._frozen = not layer_trainable

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    def assign(self, value: Any) -> ArrayResult:  # type: ignore[override]  # the core's returns nothing
        """Replace the values, and return them.

        Raises:
            ValueError: when the shape differs from the variable's, or for what is not real numbers.
        """
        array = self.converted(value)
        super().assign(array)
        return answer(array)

    def converted(self, value: Any) -> Array:
        """Values as `assign` takes them: an array of the variable's shape and type.

        Raises:
            ValueError: as `assign`.
        """
        array = _real(f"Variable '{self.path}' of shape {self.shape}", value)
        if array.shape != self.shape:
            raise ValueError(
                f"Variable '{self.path}' has shape {self.shape} and cannot take values of shape {array.shape}"
            )
        return array.astype(self.dtype, copy=False)

    def __reduce__(self) -> Any:
        """Pickle and copy by value."""
        return _restore, (self.numpy(), self.name, self.path, super().trainable, self._frozen)

    def __repr__(self) -> str:
        return f"<Variable path={self.path}, shape={self.shape}, dtype={self.dtype}>"


def _restore(value: Array, name: str, path: str, trainable: bool, frozen: bool) -> Variable:
    variable = Variable(value, trainable=trainable, name=name, path=path)
    variable.follow(not frozen)
    return variable


def _real(owner: str, value: Any) -> Array:
    """Values as an array of real numbers."""
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "biuf":
            raise TypeError(f"an array of dtype {array.dtype}")
    except (TypeError, ValueError) as error:
        raise ValueError(f"{owner} takes real numbers. Received: {error}") from None
    return array


def _shape(owner: str, given: Any) -> tuple[int, ...]:
    """The shape of a variable whose values do not tell it."""
    entries = None if given is None else shape(owner, "shape", given, least=0)
    if entries is None or None in entries:
        raise refusal(owner, "shape", "given, as lengths of axes, where values do not tell it", given)
    return tuple(axis for axis in entries if axis is not None)


def _initial(owner: str, initializer: Any, given: Any, dtype: Any) -> Array:
    """The values a variable begins with, of its type."""
    if isinstance(initializer, str) or callable(initializer):
        from lamella import initializers  # which may draw, and need not be there to read a variable

        draw: Any = initializers.get(initializer)
        kind = config.standardize_dtype(dtype)
        return np.asarray(draw(_shape(owner, given), kind), kind, order="C")
    array = _real(owner, initializer)
    if dtype is None and getattr(initializer, "dtype", None) in ("float32", "float64"):
        dtype = array.dtype
    if given is not None and array.shape != _shape(owner, given):
        raise refusal(owner, "shape", f"that of the values, {array.shape}", given)
    return np.asarray(array, config.standardize_dtype(dtype), order="C")
