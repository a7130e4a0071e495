"""Constraints by their names, configs and functions."""

from __future__ import annotations

from typing import Any

from lamella.base.registry import Registry
from lamella.base.types import Config
from lamella.constraints.constraint import Constraint
from lamella.constraints.function_constraint import FunctionConstraint

_registry: Registry[Constraint] = Registry(
    "constraint", Constraint, "constraints", but=("FunctionConstraint",), wrap=FunctionConstraint
)


def get(identifier: Any) -> Constraint | None:
    """Return a constraint from a name, a config, a constraint or a function of your own; None stays None.

    >>> get("max_norm").get_config()
    {'max_value': 2.0, 'axis': 0}
    """
    return None if identifier is None else _registry.get(identifier)


def serialize(constraint: Constraint | None) -> Config | None:
    """Write a constraint as Keras writes it; None stays None.

    >>> serialize(lamella.constraints.NonNeg())["class_name"]
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
