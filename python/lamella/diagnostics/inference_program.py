"""A program to be differentiated that computes what a model does at inference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lamella.base.types import Array
from lamella.diagnostics.tapped_program import TappedProgram
from lamella.graph.value import Value
from lamella.layers import Layer
from lamella.variable import Variable

_RANDOM = frozenset(("dropout", "spatial_dropout", "gaussian_noise", "random_transform", "random_color"))
"""Operations that do nothing at inference."""


class InferenceProgram(TappedProgram):
    """A `TappedProgram` without what is random, in which batch normalisation uses its moving statistics.

    Native trainers compute in training mode alone; gradients by gamma and beta are wanted all the same.

    Raises:
        ValueError: for random crops, which are no identity at inference either.
    """

    def add(
        self,
        layer: Layer,
        op: str,
        value: Value,
        variables: Sequence[Variable | None] = (),
        attributes: dict[str, Any] | None = None,
        trains: bool = True,
    ) -> Value:
        if op in _RANDOM:
            shape = layer.compute_output_shape((None, *value.shape))[1:]
            if shape != value.shape:
                raise ValueError(
                    f"Layer '{layer.name}' crops at random, and there are no gradients of it at inference: "
                    "pass training=True, or crop the rows beforehand"
                )
            return value
        if op == "batch_normalization" and trains:
            gamma, beta, *moving = variables
            value = super().add(layer, op, value, [None, None, *moving], attributes, trains=False)
            return self._scaled(layer, value, gamma, beta)
        return super().add(layer, op, value, variables, attributes, trains)

    def python(self, layer: Layer, value: Value, forward: Any, backward: Any) -> Value:
        return super().python(layer, value, lambda x, training: forward(x, False), backward)

    def _scaled(self, layer: Layer, value: Value, gamma: Variable | None, beta: Variable | None) -> Value:
        """Append `gamma * x + beta`, either of which may be left out, by channels."""

        def forward(x: Array, training: bool) -> Array:
            y = x if gamma is None else x * gamma.numpy()
            return y if beta is None else y + beta.numpy()

        def backward(x: Array, y: Array, gradient: Array) -> Any:
            rows = tuple(range(x.ndim - 1))
            by_gamma = [] if gamma is None else [(gradient * x).sum(rows)]
            by_beta = [] if beta is None else [gradient.sum(rows)]
            by_x = gradient if gamma is None else gradient * gamma.numpy()
            return by_x, by_gamma + by_beta

        variables = [variable for variable in (gamma, beta) if variable is not None]
        return self._made(
            self.native.add_python(
                value.id, variables, value.shape, forward, backward, layer.name, self._trainable
            )
        )
