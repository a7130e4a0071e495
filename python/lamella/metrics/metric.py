"""What all metrics have in common."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np

from lamella import _core, config
from lamella._types import Array, Config, Spec
from lamella.losses.loss import as_targets, drop_last_one
from lamella.naming import checked_name, snake_case
from lamella.overrides import defined_by_user
from lamella.registry import constructor_arguments
from lamella.settings import Configured

_METHODS = frozenset(("update_state", "result", "reset_state"))


class Metric(Configured):
    """Base class of metrics: numbers that are kept over the batches of an epoch.

    In `compile` a metric of this library only says what to compute; `fit` and `evaluate` keep their own
    states.
    The state here serves metrics that are used by themselves.

    A metric of your own derives from this class, keeps its state in NumPy and has `update_state(y_true,
    y_pred,
    sample_weight=None)`, `result()` and `reset_state()`; `fit` calls them on the object itself. The arrays
    passed to it are its own, to keep or to change.

    Args:
        dtype: taken for Keras's sake; metrics compute in the type of the predictions.
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

    _state: _core.MetricState | None = None
    takes_labels: bool = False
    """Whether targets are one class index a row instead of values like the predictions."""

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        own = snake_case(type(self).__name__) if self.kind == "python" else self.kind
        self.name = checked_name(type(self), name) or own
        self.dtype = config.standardize_dtype(dtype)
        self.reset_state()

    def attributes(self) -> dict[str, Any]:
        """What the native metric needs to know."""
        return {}

    @property
    def runs_in_python(self) -> bool:
        """Whether `fit` calls its methods: those of a class of the user's, which override the native ones."""
        return self.kind == "python" or not _METHODS.isdisjoint(defined_by_user(type(self)))

    def spec(self) -> Spec:
        """The native metric and its numbers; one that calls back into Python where it runs there."""
        if self.runs_in_python:
            return "python", {"metric": self, "labels": self.takes_labels}
        return self.native_spec()

    def native_spec(self) -> Spec:
        """What the library itself computes."""
        return self.kind, self.attributes()

    def targets(self, y_true: Any, y_pred: Any) -> tuple[Array, Array]:
        """Targets and predictions as the native metric takes them."""
        true, predicted = as_targets(y_true, y_pred)
        return (drop_last_one(true, predicted) if self.takes_labels else true), predicted

    def values(self, y_true: Any, y_pred: Any) -> Array:
        """The metric of each row: the shape of the predictions without their last axis."""
        true, predicted = self.targets(y_true, y_pred)
        return _core.metric_value(self.native_spec(), true, predicted)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count these rows in.

        Args:
            y_true: targets.
            y_pred: predictions, shape (..., outputs).
            sample_weight: a weight for each row, or None.
        """
        if self.kind == "python":
            raise NotImplementedError(f"Metric '{self.name}' has no update_state(y_true, y_pred)")
        true, predicted = self.targets(y_true, y_pred)
        weights = None if sample_weight is None else _row_weights(sample_weight, predicted)
        if self._state is None:
            self._state = self._native_state()
        self._state.update(true, predicted, weights)

    def result(self) -> Any:
        """The metric of the rows seen since the last reset, 0 when there were none."""
        if self.kind == "python":
            raise NotImplementedError(f"Metric '{self.name}' has no result()")
        value = None if self._state is None else self._state.result()
        return 0.0 if value is None else value

    def reset_state(self) -> None:
        """Forget the rows seen."""
        self._state = None

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
        """Go on from what `get_state` returned."""
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


def _row_weights(sample_weight: Any, predicted: Array) -> Array:
    """One weight for each sample, or for each of its positions."""
    weights = np.asarray(sample_weight, dtype=predicted.dtype)
    if weights.ndim == 0:
        return np.full(predicted.shape[:1], weights)
    if weights.ndim == predicted.ndim and weights.shape[-1] == 1 and weights.ndim > 1:
        return weights[..., 0]
    return weights
