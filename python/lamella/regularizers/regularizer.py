"""What all regularizers have in common."""

from __future__ import annotations

from typing import Any, Self

from lamella.base.checks import number
from lamella.base.described import described
from lamella.base.overrides import defined_by_user
from lamella.base.registry import constructor_arguments
from lamella.base.settings import Configured
from lamella.base.types import Array, Config, Spec


class Regularizer(Configured):
    """Base class of regularizers: what a variable, or a layer's output, adds to the loss.

    A regularizer of your own has `__call__(x)`, which returns a number, and `gradient(x)`, which returns the
    derivative by x, an array of x's shape; x has one or two axes, the leading ones folded. A step then costs
    what these two cost in NumPy.

    >>> import numpy as np, lamella
    >>> class Cubic(lamella.regularizers.Regularizer):
    ...     def __call__(self, x):
    ...         return 0.1 * float(np.sum(np.abs(x) ** 3))
    ...
    ...     def gradient(self, x):
    ...         return 0.3 * x * np.abs(x)
    >>> dense = lamella.layers.Dense(1, kernel_initializer="ones", kernel_regularizer=Cubic())
    >>> model = lamella.Sequential([lamella.Input((2,)), dense])
    >>> model.compile("sgd", "mse")
    >>> round(model.test_on_batch(np.ones((4, 2)), np.full(4, 2.0)), 4)
    0.2
    """

    def spec(self) -> Spec:
        """The native penalty and its numbers; one that calls back into Python where the user wrote it.

        Raises:
            TypeError: when `__call__` or `gradient` is missing.
        """
        written = {"__call__", "gradient"} & defined_by_user(type(self))
        native = self.native_spec()
        if native is not None and not written:
            return native
        own = type(self)
        if len(written) == 1 or own.__call__ is Regularizer.__call__ or own.gradient is Regularizer.gradient:
            missing = "gradient(x)" if "__call__" in written else "__call__(x)"
            raise TypeError(
                f"{type(self).__name__} lacks {missing}: __call__(x) returns the penalty, gradient(x) its "
                "derivative, an array of x's shape"
            )
        return "python", {"penalty": self}

    def native_spec(self) -> Spec | None:
        """The native penalty, None where there is none."""
        return None

    def __call__(self, x: Any) -> float:
        """The penalty of an array."""
        raise NotImplementedError(f"{type(self).__name__} does not implement __call__(x)")

    def gradient(self, x: Array) -> Array:
        """The derivative of the penalty by the array."""
        raise NotImplementedError(f"{type(self).__name__} does not implement gradient(x)")

    def get_config(self) -> Config:
        """The constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Rebuild from `get_config`'s dictionary."""
        return cls(**constructor_arguments(cls, config))

    def __repr__(self) -> str:
        return described(self, always=self.get_config())

    def require_factor(self, argument: str, value: Any) -> float:
        """Return the value as a float; raise ValueError unless it is a finite number and not negative."""
        return number(type(self).__name__, argument, value, least=0)
