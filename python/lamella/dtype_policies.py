"""Policies: the one numeric type that layers compute in and keep their variables in."""

from __future__ import annotations

from typing import Any, Self

from lamella.base import config as settings
from lamella.base.checks import refusal, told_of
from lamella.base.public_names import publish
from lamella.base.registry import constructor_arguments
from lamella.base.types import Config

__all__ = ["DTypePolicy", "FloatDTypePolicy", "deserialize", "get", "serialize"]

publish(__name__, __all__)


class DTypePolicy:
    """A numeric type, as `dtype=` of layers takes it.

    Args:
        name: `"float32"` or `"float64"`; `config.floatx()` by default.

    Raises:
        ValueError: for others: nothing is computed in half precision.

    >>> policy = DTypePolicy("float64")
    >>> policy, policy.compute_dtype, policy.variable_dtype
    (<DTypePolicy "float64">, 'float64', 'float64')
    >>> DTypePolicy("mixed_float16")
    Traceback (most recent call last):
    ValueError: DTypePolicy: 'name': dtype must be one of float32, float64, for ... Received: 'mixed_float16'
    """

    def __init__(self, name: str | None = None) -> None:
        with told_of("DTypePolicy: 'name'"):
            self._name = settings.standardize_dtype(name)

    @property
    def name(self) -> str:
        """The type."""
        return self._name

    @property
    def compute_dtype(self) -> str:
        """The type that layers compute in."""
        return self._name

    @property
    def variable_dtype(self) -> str:
        """The type of their variables."""
        return self._name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DTypePolicy) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self._name)

    def __repr__(self) -> str:
        return f'<DTypePolicy "{self._name}">'

    def get_config(self) -> Config:
        """The constructor's arguments."""
        return {"name": self._name}

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Rebuild from `get_config`'s dictionary."""
        return cls(**constructor_arguments(cls, config))


FloatDTypePolicy = DTypePolicy


def get(identifier: Any) -> DTypePolicy:
    """Return the policy of a name, a type, a config or a policy; None gives that of new layers.

    >>> get("float32").name
    'float32'
    """
    return identifier if isinstance(identifier, DTypePolicy) else DTypePolicy(identifier)


def serialize(dtype_policy: DTypePolicy) -> Config:
    """Write a policy as Keras writes it.

    >>> serialize(DTypePolicy("float32"))["config"]
    {'name': 'float32'}
    """
    if not isinstance(dtype_policy, DTypePolicy):
        raise refusal("serialize", "dtype_policy", "a DTypePolicy", dtype_policy)
    config = {"class_name": "DTypePolicy", "config": dtype_policy.get_config()}
    return {"module": "keras", **config, "registered_name": None}


def deserialize(config: Config, custom_objects: dict[str, Any] | None = None) -> DTypePolicy:
    """Rebuild a policy from `serialize`'s dictionary or Keras's.

    >>> deserialize(serialize(DTypePolicy("float64"))).name
    'float64'
    """
    return DTypePolicy(settings.standardize_dtype(config))


def dtype_policy() -> DTypePolicy:
    """The policy of layers that are made from now on: `floatx()`.

    >>> dtype_policy().name
    'float32'
    """
    return DTypePolicy()


def set_dtype_policy(policy: Any) -> None:
    """Set the numeric type of layers created from now on, as `set_floatx`.

    Args:
        policy: `"float32"`, `"float64"` or a `DTypePolicy` of one.

    Raises:
        ValueError: for another type: nothing is computed in half precision.

    >>> set_dtype_policy("float64")
    >>> lamella.config.floatx()
    'float64'
    >>> set_dtype_policy("float32")
    """
    if policy is None:
        raise refusal("set_dtype_policy", "policy", "the name of a type, or a policy", policy)
    with told_of("set_dtype_policy: 'policy'"):
        settings.set_floatx(settings.standardize_dtype(policy))
