"""The variable: a named tensor that a layer owns."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from lamella import _core
from lamella._types import Array

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


class Variable(_core.Variable):
    """A named tensor that a layer owns, in memory of the native core.

    Layers create variables in `build`; read them with `numpy()` or `np.asarray`, write them with `assign`.

    Args:
        value: initial values, whose shape and dtype are the variable's; None for zeros.
        name: short name, "kernel".
        path: full name, "sequential/dense/kernel".
        trainable: whether optimizers may change it.
        shape, dtype: of zeros.

    >>> import lamella
    >>> kernel = lamella.Sequential([lamella.Input((3,)), lamella.layers.Dense(2, name="out")]).weights[0]
    >>> kernel.name, kernel.shape, kernel.dtype
    ('kernel', (3, 2), 'float32')
    >>> kernel.assign(np.ones((3, 2)))
    >>> float(np.asarray(kernel).sum())
    6.0
    """

    def __init__(
        self,
        value: Array | None,
        name: str,
        path: str | None = None,
        trainable: bool = True,
        shape: tuple[int, ...] = (),
        dtype: str = "float32",
    ) -> None:
        if value is None:
            super().__init__(shape, dtype, name, trainable)
        else:
            super().__init__(value, name, trainable)
        self.path = path or name
        self.packed = False
        self._frozen = False

    @property
    def trainable(self) -> bool:
        """Whether optimizers change it: set on the layer, not here."""
        return super().trainable and not self._frozen

    def follow(self, layer_trainable: bool) -> None:
        """Take over the `trainable` attribute of the layer."""
        self._frozen = not layer_trainable

    def assign(self, value: Any) -> None:
        """Replace the values.

        Raises:
            ValueError: when the shape differs from the variable's.
        """
        array = np.asarray(value, dtype=self.dtype)
        if array.shape != self.shape:
            raise ValueError(
                f"Variable '{self.path}' has shape {self.shape} and cannot take values of shape {array.shape}"
            )
        super().assign(array)

    def __reduce__(self) -> Any:
        """Pickle and copy by value."""
        return _restore, (self.numpy(), self.name, self.path, super().trainable, self._frozen)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.numpy(), dtype=dtype)

    def __repr__(self) -> str:
        return f"<Variable path={self.path}, shape={self.shape}, dtype={self.dtype}>"


def _restore(value: Array, name: str, path: str, trainable: bool, frozen: bool) -> Variable:
    variable = Variable(value, name, path, trainable)
    variable.follow(not frozen)
    return variable
