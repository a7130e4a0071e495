"""Stochastic gradient descent."""

from __future__ import annotations

from typing import Any

from lamella._types import Config, Spec
from lamella.optimizers.optimizer import Optimizer


class SGD(Optimizer):
    """Stochastic gradient descent: `w -= learning_rate * g`.

    With momentum: `m = momentum * m - learning_rate * g; w += m`; with nesterov
    `w += momentum * m - learning_rate * g` (Sutskever et al., ICML 2013).

    Args:
        learning_rate: step size. Defaults to 0.01; may be changed at any time.
        momentum: in [0, 1]. Defaults to 0. Changes take effect at the next `compile`.
        nesterov: look ahead along the momentum. Defaults to False.
        name: a name.
        **kwargs: Keras's other arguments, which must have their default.

    Raises:
        ValueError: for a momentum outside [0, 1] or an argument that is not supported.

    >>> optimizer = SGD(0.1, momentum=0.9)
    >>> optimizer.learning_rate = 0.05
    >>> optimizer.get_config()["learning_rate"]
    0.05
    """

    def __init__(
        self,
        learning_rate: float = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        *,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, name, **kwargs)
        if not 0.0 <= momentum <= 1.0:
            raise ValueError(f"SGD: 'momentum' must be between 0 and 1. Received: {momentum}")
        self.momentum = float(momentum)
        self.nesterov = bool(nesterov)
        self.slots = 1 if momentum else 0

    def spec(self) -> Spec:
        return "sgd", {"momentum": self.momentum, "nesterov": self.nesterov}

    def get_config(self) -> Config:
        return {**super().get_config(), "momentum": self.momentum, "nesterov": self.nesterov}
