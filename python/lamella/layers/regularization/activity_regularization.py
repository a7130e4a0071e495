"""A penalty on what passes through."""

from __future__ import annotations

from typing import Any

from lamella.base.types import Config
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import Layer
from lamella.graph.value import Value
from lamella.regularizers import L1L2


class ActivityRegularization(Layer):
    """Hands its input on; adds `(l1 * sum(|x|) + l2 * sum(x ** 2)) / rows` of the batch to the loss.

    Args:
        l1, l2: the factors, numbers that are not negative. Default to 0.
        **kwargs: see `Layer`.

    Raises:
        ValueError: when a factor is negative or not finite.

    >>> import numpy as np
    >>> ActivityRegularization(l2=0.1)(np.array([[-1.0, 2.0]])).tolist()
    [[-1.0, 2.0]]
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any) -> None:
        super().__init__(activity_regularizer=L1L2(l1, l2), **kwargs)
        penalty = self.activity_regularizer
        assert isinstance(penalty, L1L2)
        self.l1, self.l2 = penalty.l1, penalty.l2

    def check_change(self, name: str, changed: Any) -> None:
        super().check_change(name, changed)
        if name == "activity_regularizer":
            raise ValueError(
                f"ActivityRegularization '{self.name}': change 'l1' and 'l2' instead of '{name}'"
            )

    def setting_changed(self) -> None:
        super().setting_changed()
        vars(self)["activity_regularizer"] = L1L2(self.l1, self.l2)

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        return values

    def get_config(self) -> Config:
        config = super().get_config()
        del config["activity_regularizer"]
        return {**config, "l1": self.l1, "l2": self.l2}
