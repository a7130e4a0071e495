"""What all metrics have in common."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, ClassVar, Self

import numpy as np

from lamella import _core, initializers
from lamella.base import config
from lamella.base.checks import refusal
from lamella.base.naming import checked_name, snake_case
from lamella.base.overrides import defined_by_user
from lamella.base.registry import constructor_arguments
from lamella.base.results import NumberResult, answer
from lamella.base.settings import Configured
from lamella.base.types import Array, Config, Spec
from lamella.data.conversion import to_array
from lamella.losses.arrays import (
    along_last,
    as_labels,
    as_predictions,
    as_targets,
    as_weights,
    axes_of,
    shape_without,
)
from lamella.variable import Variable

_METHODS = frozenset(("update_state", "result", "reset_state"))


class Metric(Configured):
    """Base class of metrics: numbers that are kept over the batches of an epoch.

    In `compile` a metric of this library only says what to compute; `fit` and `evaluate` keep their own
    states. The state here serves metrics that are used by themselves.

    A metric of your own derives from this class, keeps its state in NumPy and has `update_state(y_true,
    y_pred, sample_weight=None)`, `result()` and `reset_state()`; `fit` calls them on the object itself. The
    arrays passed to it are its own, to keep or to change.

    Args:
        dtype: on arrays, metrics compute in the wider of this type and that of the predictions, and count in
            double precision; training computes in the model's.
        name: a name, the key in logs and histories.

    >>> class Largest(Metric):
    ...     def update_state(self, y_true, y_pred, sample_weight=None):
    ...         self.largest = max(self.largest, float(y_pred.max()))
    ...     def result(self):
    ...         return self.largest
    ...     def reset_state(self):
    ...         self.largest = 0.0
    >>> Largest()(np.zeros((2, 1)), np.ones((2, 1)))
    1.0
    """

    kind: ClassVar[str] = "python"
    direction: ClassVar[str | None] = None
    """`"up"` when more is better, `"down"` when less is: what `mode="auto"` of callbacks reads. Without one,
    less is better of a metric of the library, and a metric of your own needs another mode."""

    dtype: str
    _state: _core.MetricState | None = None
    takes_labels: bool = False
    """Whether targets are one class index a row instead of values like the predictions."""
    of_elements: ClassVar[bool] = False
    """Whether a row's value is the mean of a number for each output."""
    weighs_outputs: ClassVar[bool] = False
    """Whether the numbers for each output have weights of their own."""
    axis: Any = -1
    """The axes of the predictions that a row runs along."""

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        own = snake_case(type(self).__name__) if self.kind == "python" else self.kind
        self.name = checked_name(type(self), name) or own
        self.dtype = config.standardize_dtype(dtype)
        self._variables: list[Variable] = []
        with suppress(AttributeError):  # of variables that a constructor of your own adds after this one
            self.reset_state()

    def attributes(self) -> dict[str, Any]:
        """What the native metric needs to know."""
        return {}

    @property
    def runs_in_python(self) -> bool:
        """Whether `fit` calls its methods: those of the user's class, or of another axis than the last."""
        return (
            self.kind == "python" or self.axis != -1 or not _METHODS.isdisjoint(defined_by_user(type(self)))
        )

    def spec(self) -> Spec:
        """The native metric and its numbers; one that calls back into Python where it runs there.

        Raises:
            ValueError: for labels of classes that are not on the last axis, which arrays alone can have.
        """
        if self.axis != -1 and self.takes_labels:
            raise ValueError(
                f"Metric '{self.name}': training takes classes on the last axis. Received: axis={self.axis}"
            )
        if self.runs_in_python:
            return "python", {"metric": self, "labels": self.takes_labels}
        return self.native_spec()

    def native_spec(self) -> Spec:
        """What the library itself computes."""
        return self.kind, self.attributes()

    def look_at(self, output_shape: tuple[int, ...]) -> None:
        """Warn of outputs that the metric makes no sense of."""

    def targets(self, y_true: Any, y_pred: Any) -> tuple[Array, Array]:
        """Targets and predictions whose shapes fit."""
        owner = type(self).__name__
        predicted = as_predictions(y_pred, self.dtype)
        if self.takes_labels:
            return as_labels(owner, y_true, predicted, self.axis), predicted
        return as_targets(owner, y_true, predicted)

    def values(self, y_true: Any, y_pred: Any) -> Array:
        """The metric of each row: the shape of the predictions without their last axis."""
        true, predicted = self.targets(y_true, y_pred)
        axes = axes_of(type(self).__name__, self.axis, predicted.ndim)
        true = np.atleast_1d(true) if self.takes_labels else along_last(true, axes)
        values = _core.metric_value(self.native_spec(), true, along_last(predicted, axes))
        return values.reshape(shape_without(predicted.shape, axes))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count these rows in.

        Args:
            y_true: targets.
            y_pred: predictions, shape (..., outputs).
            sample_weight: a weight for each row, one for each sample, or what broadcasts to the rows; metrics
                of single outputs take one for each output too.
        """
        if self.kind == "python":
            raise NotImplementedError(f"Metric '{self.name}' has no update_state(y_true, y_pred)")
        if sample_weight is not None:
            sample_weight = to_array("sample_weight", sample_weight)
        true, predicted, weights = self.batch(*self.targets(y_true, y_pred), sample_weight)
        if self._state is None:
            self._state = self._native_state()
        self._state.update(true, predicted, weights)

    def batch(self, true: Array, predicted: Array, sample_weight: Any) -> tuple[Array, Array, Array | None]:
        """Targets, predictions and weights as the native metric takes them: rows run along the last axis."""
        owner = type(self).__name__
        weight_axes = np.ndim(sample_weight)
        by_output = self.weighs_outputs and (weight_axes == predicted.ndim or predicted.ndim == 1)
        single = predicted.ndim == 1 and np.shape(sample_weight) == predicted.shape
        if by_output or (self.of_elements and single):
            true, predicted = true[..., np.newaxis], predicted[..., np.newaxis]
        axes = axes_of(owner, self.axis, predicted.ndim)
        true = np.atleast_1d(true) if self.takes_labels else along_last(true, axes)
        predicted = along_last(predicted, axes)
        if sample_weight is None:
            return true, predicted, None
        weights = as_weights(owner, sample_weight, predicted.shape[:-1], predicted.dtype)
        if weight_axes == 0:  # as in Keras: the weight of the whole batch
            weights = weights / max(len(weights), 1)
        return true, predicted, weights

    def add_variable(
        self,
        shape: Any,
        initializer: Any,
        dtype: Any = None,
        aggregation: str = "sum",
        name: str | None = None,
    ) -> Variable:
        """A variable in which a metric of your own keeps what it counts; `reset_state` sets it back to 0.

        Args:
            shape: its shape, () for a single number.
            initializer: a name or an initializer of its first value; None for zeros.
            dtype: "float32" or "float64". Defaults to the metric's.
            aggregation: what several devices would do; there is one.
            name: its name.
        """
        kind = self.dtype if dtype is None else config.standardize_dtype(dtype)
        begin = initializers.get(initializer) or initializers.Zeros()
        value = np.asarray(begin(tuple(shape)), kind)
        short = name or "variable"
        variable = Variable(value, trainable=False, name=short, path=f"{self.name}/{short}")
        self._variables.append(variable)
        return variable

    def add_weight(
        self, shape: Any = (), initializer: Any = None, dtype: Any = None, name: str | None = None
    ) -> Variable:
        """`add_variable` with the defaults of a single number that begins at 0."""
        return self.add_variable(shape, initializer, dtype, name=name)

    @property
    def variables(self) -> list[Variable]:
        """What `add_variable` made, in order."""
        return list(self._variables)

    def result(self) -> Any:
        """The metric of the rows seen since the last reset, 0 when there were none."""
        if self.kind == "python":
            raise NotImplementedError(f"Metric '{self.name}' has no result()")
        value = None if self._state is None else self._state.result()
        return answer(value) if isinstance(value, np.ndarray) else NumberResult(value or 0.0)

    def reset_state(self) -> None:
        """Forget the rows seen."""
        self._state = None
        for variable in self._variables:
            variable.assign(np.zeros(variable.shape))

    def setting_changed(self) -> None:
        """Count anew: what was counted was counted in another way."""
        self.reset_state()

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Count these rows in and return the result."""
        self.update_state(y_true, y_pred, sample_weight)
        return self.result()

    def __getstate__(self) -> dict[str, Any]:
        """Everything, with the native state as numbers."""
        return {**self.__dict__, "_state": None if self._state is None else self._state.values()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        values = state.get("_state")
        if values is not None:
            self._state = self._native_state()
            self._state.set_values(*values)

    def get_state(self) -> dict[str, Any]:
        """What a metric of your own has counted: its attributes, but functions."""
        return {
            name: _state_of(value)
            for name, value in self.__getstate__().items()
            if not callable(value) or isinstance(value, Metric)
        }

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from what `get_state` returned.

        Raises:
            ValueError: for anything else.
        """
        if not isinstance(state, dict) or not all(isinstance(name, str) for name in state):
            raise refusal(type(self).__name__, "state", "a dictionary of get_state()", state)
        present = self.__dict__
        self.__setstate__({name: _with_state(present.get(name), value) for name, value in state.items()})

    def _native_state(self) -> _core.MetricState:
        kind, attributes = self.native_spec()
        return _core.MetricState((kind, {**attributes, "weighted": True}))

    def get_config(self) -> Config:
        """The constructor's arguments."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Rebuild from `get_config`'s dictionary or Keras's."""
        return cls(**constructor_arguments(cls, config))


def _state_of(value: Any) -> Any:
    """Metrics inside of a metric as their states."""
    if isinstance(value, Metric):
        return value.get_state()
    return [_state_of(entry) for entry in value] if isinstance(value, (list, tuple)) else value


def _with_state(present: Any, value: Any) -> Any:
    """What takes the place of an attribute: metrics stay, and take their states."""
    if isinstance(present, Metric):
        present.set_state(value)
        return present
    if isinstance(present, (list, tuple)) and isinstance(value, list):
        padded = [*present, *[None] * (len(value) - len(present))]
        return type(present)([_with_state(old, new) for old, new in zip(padded, value, strict=False)])
    return value
