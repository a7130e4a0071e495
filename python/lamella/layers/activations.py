"""Activations as layers of their own."""

from __future__ import annotations

from typing import Any

from lamella import activations
from lamella._types import Config, Shape
from lamella.layers.layer import Layer
from lamella.program import ProgramBuilder


class Activation(Layer):
    """Applies an activation; the shape stays.

    Args:
        activation: name or function of `lamella.activations`.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for a name that is not known.

    >>> import numpy as np
    >>> Activation("relu")(np.array([[-1.0, 2.0]])).tolist()
    [[0.0, 2.0]]
    """

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def emit(self, builder: ProgramBuilder, value: int) -> int:
        return builder.activation(self, value, activations.spec(self.activation))

    def get_config(self) -> Config:
        return {**super().get_config(), "activation": activations.serialize(self.activation)}


class ReLU(Layer):
    """`max(x, 0)`; with `negative_slope`, `LeakyReLU`.

    Args:
        max_value: must be None.
        negative_slope: factor where x is negative. Defaults to 0.
        threshold: must be 0.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for an argument that is not supported.

    >>> import numpy as np
    >>> ReLU()(np.array([[-1.0, 2.0]])).tolist()
    [[0.0, 2.0]]
    """

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float | None = 0.0,
        threshold: float | None = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.refuse(max_value=(max_value, None), threshold=(threshold or 0.0, 0.0))
        self.negative_slope = _slope(self, "negative_slope", negative_slope or 0.0)

    def emit(self, builder: ProgramBuilder, value: int) -> int:
        if self.negative_slope:
            return builder.activation(self, value, ("leaky_relu", {"alpha": self.negative_slope}))
        return builder.activation(self, value, ("relu", {}))

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "max_value": None,
            "negative_slope": self.negative_slope,
            "threshold": 0.0,
        }


class LeakyReLU(Layer):
    """x where positive, else `negative_slope * x`.

    Args:
        negative_slope: factor where x is negative. Defaults to 0.3.
        **kwargs: see `Layer`; `alpha` is an older name of `negative_slope`.

    Raises:
        ValueError: when the slope is negative.

    >>> import numpy as np
    >>> LeakyReLU(0.5)(np.array([[-2.0, 2.0]])).tolist()
    [[-1.0, 2.0]]
    """

    def __init__(self, negative_slope: float = 0.3, **kwargs: Any) -> None:
        negative_slope = kwargs.pop("alpha", negative_slope)
        super().__init__(**kwargs)
        self.negative_slope = _slope(self, "negative_slope", negative_slope)

    def emit(self, builder: ProgramBuilder, value: int) -> int:
        return builder.activation(self, value, ("leaky_relu", {"alpha": self.negative_slope}))

    def get_config(self) -> Config:
        return {**super().get_config(), "negative_slope": self.negative_slope}


class ELU(Layer):
    """x where positive, else `alpha * (exp(x) - 1)` (Clevert et al., arXiv 1511.07289).

    Args:
        alpha: the value towards which large negative x go, negated. Defaults to 1.
        **kwargs: see `Layer`.

    Raises:
        ValueError: when alpha is negative.

    >>> import numpy as np
    >>> ELU()(np.array([[0.0, 2.0]])).tolist()
    [[0.0, 2.0]]
    """

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = _slope(self, "alpha", alpha)

    def emit(self, builder: ProgramBuilder, value: int) -> int:
        return builder.activation(self, value, ("elu", {"alpha": self.alpha}))

    def get_config(self) -> Config:
        return {**super().get_config(), "alpha": self.alpha}


class Softmax(Layer):
    """`exp(x) / sum(exp(x))` over the last axis.

    Args:
        axis: must be the last axis. Defaults to -1.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for another axis.

    >>> import numpy as np
    >>> Softmax()(np.zeros((1, 2))).tolist()
    [[0.5, 0.5]]
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def build(self, input_shape: Shape) -> None:
        self.refuse(axis=(-1 if self.axis == len(input_shape) - 1 else self.axis, -1))
        super().build(input_shape)

    def emit(self, builder: ProgramBuilder, value: int) -> int:
        return builder.activation(self, value, ("softmax", {}))

    def get_config(self) -> Config:
        return {**super().get_config(), "axis": self.axis}


def _slope(layer: Layer, argument: str, value: float) -> float:
    if not 0.0 <= float(value) < float("inf"):
        raise ValueError(
            f"{type(layer).__name__} '{layer.name}': '{argument}' must be finite and not negative. Received: "
            f"{value!r}"
        )
    return float(value)
