"""A user's loss: a Python function that returns the values of rows and their gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np

from lamella.base import custom_objects
from lamella.base.registry import config_entries
from lamella.base.types import Array, Config
from lamella.data.conversion import to_array
from lamella.losses.arrays import as_predictions
from lamella.losses.loss import Loss

LossFunction = Callable[[Array, Array], tuple[Any, Any]]


class FunctionLoss(Loss):
    """A loss computed by a function in NumPy; `compile(loss=function)` makes one.

    The function gets targets and predictions of a batch as arrays of its own, (rows, ..., outputs), and
    returns a tuple: the loss of each row, (rows, ...), and the derivative of each row's loss by its
    predictions, (rows, ..., outputs). Weights and reduction are applied to both afterwards. Where targets
    come as one class index a row, they are passed as int32 without the last axis.

    Args:
        function: the function.
        reduction: see `Loss`.
        name: a name; the function's by default.
        dtype: see `Loss`.

    Raises:
        TypeError: when `function` is not a function; when training, if it does not return a tuple of two.
        ValueError: when training, for values or a gradient of another shape.

    >>> def cubed(y_true, y_pred):
    ...     error = y_pred - y_true
    ...     return (abs(error) ** 3).mean(axis=-1), 3 * error * abs(error) / error.shape[-1]
    >>> FunctionLoss(cubed)([[0.0]], [[2.0]])
    8.0
    """

    kind = "python"

    def __init__(
        self,
        function: LossFunction,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        if not callable(function):
            raise TypeError(f"A loss must be a function of y_true and y_pred. Received: {function!r}")
        super().__init__(name or getattr(function, "__name__", "loss"), reduction, dtype)
        self.function = function

    def attributes(self) -> dict[str, Any]:
        return {"function": self.function, "labels": self.takes_labels, "name": self.name}

    def is_plain(self) -> bool:
        """Whether `compile(loss=function)` says all of it."""
        plain = FunctionLoss(self.function)
        return (self.name, self.reduction, self.dtype) == (plain.name, plain.reduction, plain.dtype)

    def with_labels(self, takes_labels: bool) -> Loss:
        settled = FunctionLoss(self.function, self.reduction, self.name, self.dtype)
        settled.takes_labels = takes_labels
        return settled

    def values(self, y_true: Any, y_pred: Any) -> Array:
        predicted = as_predictions(y_pred, self.dtype)
        true = to_array("y_true", y_true)
        if true.ndim == predicted.ndim - 1 and predicted.shape[-1] == 1:
            true = true[..., np.newaxis]
        returned = self.function(true, predicted)
        if not isinstance(returned, tuple) or len(returned) != 2:
            raise TypeError(
                f"Loss '{self.name}' must return a tuple (values of rows, gradient): losses of your own give "
                f"the gradient by y_pred as well. Received: {type(returned).__name__}"
            )
        return np.asarray(returned[0])

    def get_config(self) -> Config:
        return {**super().get_config(), "function": custom_objects.describe_function(self.function)}

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Rebuild from `get_config`'s dictionary; the function is one of the custom objects."""
        entries = config_entries(cls, config)
        return cls(**{**entries, "function": custom_objects.find_function(entries.get("function"), "loss")})
