"""The learning rate of an optimizer, as it is read and set from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lamella.base.array_like import ArrayLike
from lamella.base.results import ArrayResult, answer

if TYPE_CHECKING:
    from lamella.optimizers.optimizer import Optimizer


class LearningRate(ArrayLike):
    """The rate of the next step: reads as a number, follows the optimizer, and is set by `assign` too.

    >>> import lamella
    >>> optimizer = lamella.optimizers.SGD(0.5)
    >>> rate = optimizer.learning_rate
    >>> rate.assign(0.25)
    array(0.25)
    >>> rate, float(optimizer.learning_rate.numpy())
    (0.25, 0.25)
    """

    name = "learning_rate"
    shape: tuple[int, ...] = ()
    ndim = 0
    dtype = "float64"

    def __init__(self, optimizer: Optimizer) -> None:
        self._optimizer = optimizer

    def numpy(self) -> np.float64:
        """The rate as a number of NumPy's."""
        return np.float64(self._optimizer.rate)

    def assign(self, value: Any) -> ArrayResult:
        """Set the rate and return it, as `optimizer.learning_rate = value` does.

        Raises:
            ValueError: unless it is a number of at least 0.
            TypeError: where a schedule gives the rate.
        """
        self._optimizer.learning_rate = value
        return answer(self.numpy())

    # `optimizer.learning_rate *= 0.5` sets the product.
    __iadd__ = ArrayLike.__add__
    __isub__ = ArrayLike.__sub__
    __imul__ = ArrayLike.__mul__
    __itruediv__ = ArrayLike.__truediv__

    def __repr__(self) -> str:
        return repr(self._optimizer.rate)

    def __reduce__(self) -> Any:
        """Copied and pickled as the number of now."""
        return float, (self._optimizer.rate,)
