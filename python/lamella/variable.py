"""The variable: a named tensor that a layer owns."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella import _core
from lamella._types import Array


class Variable(_core.Variable):
    """A named tensor that a layer owns, in memory of the native core.

    Layers create variables in `build`; read them with `numpy()` or `np.asarray`, write them with `assign`.

    Args:
        value: initial values; their dtype is the variable's dtype.
        name: short name, "kernel".
        path: full name, "sequential/dense/kernel".
        trainable: whether optimizers may change it.

    >>> import lamella
    >>> kernel = lamella.Sequential([lamella.Input((3,)), lamella.layers.Dense(2, name="out")]).weights[0]
    >>> kernel.name, kernel.shape, kernel.dtype
    ('kernel', (3, 2), 'float32')
    >>> kernel.assign(np.ones((3, 2)))
    >>> float(np.asarray(kernel).sum())
    6.0
    """

    def __init__(self, value: Array, name: str, path: str | None = None, trainable: bool = True) -> None:
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

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.numpy(), dtype=dtype)

    def __repr__(self) -> str:
        return f"<Variable path={self.path}, shape={self.shape}, dtype={self.dtype}>"
