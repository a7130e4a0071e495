"""Activations as layers of their own."""

from __future__ import annotations

from typing import Any

from lamella import activations
from lamella.activations.functions import relu_spec
from lamella.activations.lookup import activated_shape, steps
from lamella.base.checks import axes, number
from lamella.base.names import ActivationName
from lamella.base.types import Config, Shape, Spec
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import Layer, owner_of, resolved
from lamella.graph.value import Value


class Elementwise(Layer):
    """Base class of layers that are the steps of an activation."""

    def activation_steps(self) -> tuple[Spec, ...]:
        raise NotImplementedError

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        return [builder.activation(self, value, self.activation_steps())]


class Activation(Elementwise):
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

    def __init__(self, activation: ActivationName | Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = resolved(self, "activation", activations.get, activation)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return activated_shape(self.activation, input_shape)

    def activation_steps(self) -> tuple[Spec, ...]:
        return steps(self.activation)

    def get_config(self) -> Config:
        return {**super().get_config(), "activation": activations.serialize(self.activation)}


class ReLU(Elementwise):
    """x where it is larger than `threshold`, at most `max_value`, else `negative_slope * (x - threshold)`.

    Args:
        max_value: a number that is not negative, or None, the default, for no limit.
        negative_slope: a number that is not negative. Defaults to 0.
        threshold: a number that is not negative. Defaults to 0.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for a number that is negative or not finite.

    >>> import numpy as np
    >>> ReLU(max_value=1.5)(np.array([[-1.0, 2.0]])).tolist()
    [[0.0, 1.5]]
    """

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        owner = owner_of(self)
        self.max_value = None if max_value is None else number(owner, "max_value", max_value, least=0)
        self.negative_slope = number(owner, "negative_slope", negative_slope, least=0)
        self.threshold = number(owner, "threshold", threshold, least=0)

    def activation_steps(self) -> tuple[Spec, ...]:
        return (relu_spec(self.negative_slope, self.max_value, self.threshold),)

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "max_value": self.max_value,
            "negative_slope": self.negative_slope,
            "threshold": self.threshold,
        }


class LeakyReLU(Elementwise):
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
        self.negative_slope = number(owner_of(self), "negative_slope", negative_slope, least=0)

    def activation_steps(self) -> tuple[Spec, ...]:
        return (("leaky_relu", {"a": self.negative_slope}),)

    def get_config(self) -> Config:
        return {**super().get_config(), "negative_slope": self.negative_slope}


class ELU(Elementwise):
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
        self.alpha = number(owner_of(self), "alpha", alpha, least=0)

    def activation_steps(self) -> tuple[Spec, ...]:
        return (("elu", {"a": self.alpha}),)

    def get_config(self) -> Config:
        return {**super().get_config(), "alpha": self.alpha}


class Softmax(Layer):
    """`exp(x) / sum(exp(x))` along an axis, or over several together.

    Args:
        axis: the axis, or a list of them; the batch axis counts. Defaults to -1.
        **kwargs: see `Layer`.

    Raises:
        ValueError: when built, for an axis that inputs do not have, or the batch axis.

    >>> import numpy as np
    >>> Softmax()(np.zeros((1, 2))).tolist()
    [[0.5, 0.5]]
    """

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        checked = axes(owner_of(self), "axis", axis)
        self.axis: int | list[int] = checked if isinstance(checked, int) else list(checked)

    def build(self, input_shape: Shape) -> None:
        self._row_axes(len(input_shape))
        super().build(input_shape)

    def _row_axes(self, rank: int) -> list[int]:
        """The axes among those of a row, ascending."""
        named = [self.axis] if isinstance(self.axis, int) else self.axis
        if not all(-rank <= axis < rank and axis % rank for axis in named):
            raise ValueError(
                f"{owner_of(self)}: 'axis' must be among the {rank - 1} axes behind the batch axis. "
                f"Received: axis={self.axis!r}"
            )
        return sorted({axis % rank - 1 for axis in named})

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        row_axes = self._row_axes(len(value.shape) + 1)

        def of_rows(moved: Value) -> Value:
            return builder.activation(self, moved, [("softmax", {})])

        return [builder.along(self, value, row_axes, of_rows)]

    def activation_steps(self) -> tuple[Spec, ...] | None:
        return (("softmax", {}),) if self.axis in (-1, [-1]) else None

    def get_config(self) -> Config:
        return {**super().get_config(), "axis": self.axis}
