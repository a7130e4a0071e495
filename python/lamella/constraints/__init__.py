"""Constraints on weights, restored after every update."""

from __future__ import annotations

from typing import Any

from lamella._types import Config
from lamella.constraints.constraint import Constraint
from lamella.constraints.function_constraint import FunctionConstraint
from lamella.constraints.non_neg import NonNeg
from lamella.constraints.norms import MaxNorm, MinMaxNorm, UnitNorm
from lamella.public_names import publish
from lamella.registry import Registry

__all__ = [
    "Constraint",
    "FunctionConstraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "UnitNorm",
    "deserialize",
    "get",
    "max_norm",
    "min_max_norm",
    "non_neg",
    "serialize",
    "unit_norm",
]

publish(__name__, __all__)

max_norm = MaxNorm
min_max_norm = MinMaxNorm
non_neg = NonNeg
unit_norm = UnitNorm

_registry: Registry[Constraint] = Registry(
    "constraint", Constraint, "keras.constraints", wrap=FunctionConstraint
)
_registry.add(MaxNorm, MinMaxNorm, NonNeg, UnitNorm)


def get(identifier: Any) -> Constraint | None:
    """Return a constraint from a name, a config, a constraint or a function of your own; None stays None.

    >>> get("max_norm").get_config()
    {'max_value': 2.0, 'axis': 0}
    """
    return None if identifier is None else _registry.get(identifier)


def serialize(constraint: Constraint | None) -> Config | None:
    """Write a constraint as Keras writes it; None stays None.

    >>> serialize(NonNeg())["class_name"]
    'NonNeg'
    """
    if isinstance(constraint, FunctionConstraint):
        return _registry.describe_function(constraint.function)
    return _registry.serialize(constraint)


def deserialize(config: Config, custom_objects: dict[str, Any] | None = None) -> Constraint:
    """Rebuild a constraint from `serialize`'s dictionary or Keras's.

    >>> deserialize({"class_name": "UnitNorm", "config": {"axis": 1}}).axis
    1
    """
    return _registry.deserialize(config, custom_objects)
