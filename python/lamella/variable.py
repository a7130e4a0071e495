"""The variable: a named tensor that a layer owns."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

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


class Variable(_core.Variable, NDArrayOperatorsMixin):
    """A named tensor that a layer owns, in memory of the native core.

    Layers create variables in `build`; read them with `numpy()` or `np.asarray`, write them with `assign`.
    Arithmetic, comparisons and indexing give arrays, as with an array of the same values.

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
    >>> (kernel[0] * 2).tolist()
    [2.0, 2.0]
    """

    __hash__ = _core.Variable.__hash__  # by identity: == compares the values

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

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def value(self) -> Array:
        """A copy of the values, as `numpy()`."""
        return self.numpy()

    def assign_add(self, value: Any) -> None:
        """Add to the values."""
        self.assign(self + value)

    def assign_sub(self, value: Any) -> None:
        """Subtract from the values."""
        self.assign(self - value)

    def assign(self, value: Any) -> None:
        """Replace the values.

        Raises:
            ValueError: when the shape differs from the variable's, or for what is not real numbers.
        """
        array = self.converted(value)
        super().assign(array)

    def converted(self, value: Any) -> Array:
        """Values as `assign` takes them: an array of the variable's shape and type.

        Raises:
            ValueError: as `assign`.
        """
        try:
            array = np.asarray(value)
            if array.dtype.kind not in "biuf":
                raise TypeError(f"an array of dtype {array.dtype}")
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"Variable '{self.path}' of shape {self.shape} takes real numbers. Received: {error}"
            ) from None
        if array.shape != self.shape:
            raise ValueError(
                f"Variable '{self.path}' has shape {self.shape} and cannot take values of shape {array.shape}"
            )
        return array.astype(self.dtype, copy=False)

    def __reduce__(self) -> Any:
        """Pickle and copy by value."""
        return _restore, (self.numpy(), self.name, self.path, super().trainable, self._frozen)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.numpy(), dtype=dtype)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """What operators of NumPy's end in."""
        if any(isinstance(output, Variable) for output in kwargs.get("out", ())):
            raise TypeError(f"Variable '{self.path}' is changed by assign(), not in place")
        arrays = [value.numpy() if isinstance(value, Variable) else value for value in inputs]
        return getattr(ufunc, method)(*arrays, **kwargs)

    def __getitem__(self, index: Any) -> Any:
        return self.numpy()[index]

    def __len__(self) -> int:
        return len(self.numpy())

    def __bool__(self) -> bool:
        return bool(self.numpy())

    def __int__(self) -> int:
        return int(self.numpy())

    def __float__(self) -> float:
        return float(self.numpy())

    def __repr__(self) -> str:
        return f"<Variable path={self.path}, shape={self.shape}, dtype={self.dtype}>"


def _restore(value: Array, name: str, path: str, trainable: bool, frozen: bool) -> Variable:
    variable = Variable(value, name, path, trainable)
    variable.follow(not frozen)
    return variable
