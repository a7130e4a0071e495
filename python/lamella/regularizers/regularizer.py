"""What all regularizers have in common."""

from __future__ import annotations

from typing import Any, Self

from lamella._types import Config, Spec
from lamella.registry import constructor_arguments


class Regularizer:
    """Base class of regularizers."""

    def spec(self) -> Spec:
        """The native penalty and its numbers."""
        raise NotImplementedError

    def __call__(self, x: Any) -> float:
        """The penalty of an array."""
        raise NotImplementedError

    def get_config(self) -> Config:
        """The constructor's arguments."""
        raise NotImplementedError

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Rebuild from `get_config`'s dictionary."""
        return cls(**constructor_arguments(cls, config))
