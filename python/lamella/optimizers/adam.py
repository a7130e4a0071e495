"""Adam."""

from __future__ import annotations

from typing import Any

from lamella._types import Config, Spec
from lamella.optimizers.optimizer import Optimizer


class Adam(Optimizer):
    """Adam (Kingma and Ba, arXiv 1412.6980), in Keras's form: epsilon is added to the square root of v.

    `m = b1 * m + (1 - b1) * g; v = b2 * v + (1 - b2) * g ** 2` and
    `w -= learning_rate * sqrt(1 - b2 ** t) / (1 - b1 ** t) * m / (sqrt(v) + epsilon)`.

    Args:
        learning_rate: step size. Defaults to 0.001; may be changed at any time.
        beta_1: decay of the mean of gradients, in [0, 1). Defaults to 0.9. Changes take effect at the next
            `compile`.
        beta_2: decay of the mean of squares, in [0, 1). Defaults to 0.999.
        epsilon: defaults to 1e-7.
        amsgrad: must be False.
        name: a name.
        **kwargs: Keras's other arguments, which must have their default.

    Raises:
        ValueError: for a beta outside [0, 1), a negative epsilon or an argument that is not supported.

    >>> Adam().get_config()["beta_2"]
    0.999
    """

    slots = 2

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        *,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, name, **kwargs)
        for argument, beta in (("beta_1", beta_1), ("beta_2", beta_2)):
            if not 0.0 <= beta < 1.0:
                raise ValueError(f"Adam: '{argument}' must be in [0, 1). Received: {beta}")
        if epsilon < 0.0:
            raise ValueError(f"Adam: 'epsilon' must not be negative. Received: {epsilon}")
        if amsgrad:
            raise ValueError("Adam: the argument 'amsgrad' is not supported, only its default False")
        self.beta_1 = float(beta_1)
        self.beta_2 = float(beta_2)
        self.epsilon = float(epsilon)

    def spec(self) -> Spec:
        return "adam", {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "amsgrad": False,
        }
