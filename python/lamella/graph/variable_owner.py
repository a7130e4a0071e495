"""What makes the variables of a layer, and knows what is done to them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lamella import constraints, initializers, regularizers
from lamella.base import memory
from lamella.base.checks import refusal
from lamella.base.settings import settings_changed
from lamella.constraints import Constraint
from lamella.regularizers import Regularizer
from lamella.variable import Variable, claim_blank


class VariableOwner:
    """The part of `Layer` that creates its own variables, with their penalties and constraints."""

    name: str
    dtype: str
    built: bool
    _scope: str
    _trainable: bool
    _variables: list[Variable]
    _penalties: list[tuple[Variable, Regularizer | str]]
    _constraints: list[tuple[Variable, Constraint | str]]

    @property
    def path(self) -> str:
        """The name behind the names of the models around it: `sequential/dense`."""
        return f"{self._scope}/{self.name}" if self._scope else self.name

    def add_weight(
        self,
        shape: tuple[int, ...] | None = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: str = "none",
        overwrite_with_gradient: bool = False,
        name: str | None = None,
    ) -> Variable:
        """Create a variable; called in `build`.

        Args:
            shape: its shape; None, the default, for a single number.
            initializer: its initial values. Defaults to None, `"glorot_uniform"`.
            dtype: must be None or the layer's.
            trainable: whether optimizers may change it.
            regularizer: the penalty on it, or None.
            constraint: what is done to it after each update, or None.
            autocast, aggregation, overwrite_with_gradient: accepted for compatibility with Keras.
            name: short name, `"variable"` by default.
        """
        if dtype not in (None, self.dtype):
            raise refusal(self.path, "dtype", f"None or the layer's, {self.dtype}", dtype)
        owner = f"{type(self).__name__} '{self.name}'"
        if self.built and name and any(variable.name == name for variable in self._variables):
            raise ValueError(f"{owner} is built and has the weight '{name}': make a new layer to build anew")
        name = name or "variable"
        shape, path = tuple(shape or ()), f"{self.path}/{name}"
        initial = initializers.get(initializer) or initializers.GlorotUniform()
        blank = claim_blank(path, shape, self.dtype)
        count, itemsize = math.prod(shape), np.dtype(self.dtype).itemsize
        # Initial values are drawn in float64, rounded, and copied into the core.
        needed = count * (itemsize if blank else 8 + 2 * itemsize)
        memory.require(owner, f"making its {name} of shape {shape}", needed)
        value = None if blank else np.asarray(initial(shape, self.dtype), order="C")
        variable = Variable(value, shape, self.dtype, trainable, name=name, path=path)
        variable.follow(self.trainable)
        self._variables.append(variable)
        penalty = regularizers.get(regularizer)
        if penalty is not None:
            self._penalties.append((variable, penalty))
        limit = constraints.get(constraint)
        if limit is not None:
            limit.spec(len(variable.shape))  # refuses what does not fit the variable's axes
            self._constraints.append((variable, limit))
        return variable

    def add_configured_weight(self, shape: tuple[int, ...], name: str, prefix: str | None = None) -> Variable:
        """Create a variable that follows settings of the layer: `kernel_initializer` and so on.

        Args:
            shape: its shape.
            name: its short name.
            prefix: what the names of its settings begin with, `name` by default.
        """
        prefix = prefix or name
        initializer = getattr(self, f"{prefix}_initializer")
        limit = constraints.get(getattr(self, f"{prefix}_constraint"))
        variable = self.add_weight(shape, initializer, name=name)
        if limit is not None:
            limit.spec(len(shape))  # as in add_weight
        self._penalties.append((variable, f"{prefix}_regularizer"))
        self._constraints.append((variable, f"{prefix}_constraint"))
        return variable

    def penalty_specs(self) -> list[tuple[Variable, str, dict[str, Any]]]:
        """The variables that add to the loss, and what."""
        found = [(variable, regularizers.get(self._setting(place))) for variable, place in self._penalties]
        return [(variable, *penalty.spec()) for variable, penalty in found if penalty is not None]

    def constraint_specs(self) -> list[tuple[Variable, str, dict[str, Any]]]:
        """The variables that something is done to after each update, and what."""
        found = [(variable, constraints.get(self._setting(place))) for variable, place in self._constraints]
        return [
            (variable, *limit.spec(len(variable.shape))) for variable, limit in found if limit is not None
        ]

    def _setting(self, place: Any) -> Any:
        return getattr(self, place) if isinstance(place, str) else place

    @property
    def trainable(self) -> bool:
        """Whether optimizers may change its variables.

        A change takes effect at the next `fit` or `train_on_batch`; in Keras it needs another `compile`.
        Slots of variables that stay trainable go on, those of thawed ones begin anew.
        """
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = checked_trainable(type(self), value)
        for variable in self._variables:
            variable.follow(self._trainable)
        settings_changed()


def checked_trainable(cls: type, trainable: Any) -> bool:
    """Return it; raise ValueError for what is not a bool: "no" would be true."""
    if not isinstance(trainable, (bool, np.bool_)):
        raise ValueError(f"{cls.__name__}: 'trainable' must be True or False. Received: {trainable!r}")
    return bool(trainable)
