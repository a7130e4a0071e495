"""What files, exports and training know of a model, which is built upon them."""

from __future__ import annotations

from typing import Any

from lamella.base.types import Config
from lamella.graph.layer import Layer


class BaseModel(Layer):
    """Base class of models: the doors that the floors below them may use.

    Attributes:
        stop_training: set by callbacks: `fit` ends after the epoch.
    """

    stop_training: bool

    @property
    def layers(self) -> list[Any]:
        """The layers, without the declaration of the input; each kind has attributes of its own."""
        raise NotImplementedError

    @property
    def optimizer(self) -> Any:
        """The optimizer, None before `compile`."""
        raise NotImplementedError

    @property
    def training_seed(self) -> int | None:
        """What shuffling and dropout are drawn from, None before `compile`."""
        raise NotImplementedError

    @training_seed.setter
    def training_seed(self, value: int) -> None:
        raise NotImplementedError

    def get_compile_config(self) -> Config | None:
        """The arguments of `compile`, None before it."""
        raise NotImplementedError

    def compile_from_config(self, config: Config) -> None:
        """Compile again from `get_compile_config`'s dictionary."""
        raise NotImplementedError
