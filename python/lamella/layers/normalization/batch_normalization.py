"""Batch normalisation."""

from __future__ import annotations

from typing import Any

from lamella import initializers
from lamella.base.checks import integer, number
from lamella.base.names import InitializerName
from lamella.base.types import Config, Shape
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import owner_of, resolved
from lamella.graph.value import Value
from lamella.layers.normalization.affine import Affine
from lamella.variable import Variable


class BatchNormalization(Affine):
    """`gamma * (x - mean) / sqrt(variance + epsilon) + beta` for each index of the last axis.

    Ioffe and Szegedy, arXiv 1502.03167. In training, mean and (biased) variance are those of the batch over
    all other axes, and the moving ones follow: `moving = moving * momentum + batch * (1 - momentum)`.
    At inference, and with `trainable = False` also in training, the moving ones are used.

    Args:
        axis: must be the last axis. Defaults to -1.
        momentum: in [0, 1]. Defaults to 0.99.
        epsilon: defaults to 0.001.
        center: whether there is a beta. Defaults to True.
        scale: whether there is a gamma. Defaults to True.
        beta_initializer, gamma_initializer, moving_mean_initializer, moving_variance_initializer: default to
            zeros, ones, zeros, ones.
        beta_regularizer, gamma_regularizer: penalties, or None.
        beta_constraint, gamma_constraint: what is done to beta and gamma after each update, or None.
        renorm, renorm_clipping, renorm_momentum, synchronized: must have their default.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for another axis, a momentum outside [0, 1] or an epsilon that is not positive.

    >>> import numpy as np
    >>> BatchNormalization()(np.array([[0.0], [2.0]]), training=True).round(2).tolist()
    [[-1.0], [1.0]]
    """

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 0.001,
        center: bool = True,
        scale: bool = True,
        beta_initializer: InitializerName | Any = "zeros",
        gamma_initializer: InitializerName | Any = "ones",
        moving_mean_initializer: InitializerName | Any = "zeros",
        moving_variance_initializer: InitializerName | Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: Any = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.refuse(
            renorm=(renorm, False),
            renorm_clipping=(renorm_clipping, None),
            renorm_momentum=(renorm_momentum, 0.99),
            synchronized=(synchronized, False),
        )
        only = axis[0] if isinstance(axis, list) and len(axis) == 1 else axis  # as older files have it
        self.axis = integer(owner_of(self), "axis", only)
        self.momentum = number(owner_of(self), "momentum", momentum, least=0, most=1)
        self.epsilon = number(owner_of(self), "epsilon", epsilon, above=0)
        self.moving_mean_initializer = resolved(
            self, "moving_mean_initializer", initializers.get, moving_mean_initializer
        )
        self.moving_variance_initializer = resolved(
            self, "moving_variance_initializer", initializers.get, moving_variance_initializer
        )
        self.set_affine(
            center,
            scale,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            beta_constraint,
            gamma_constraint,
        )
        self.moving_mean: Variable
        self.moving_variance: Variable

    def build(self, input_shape: Shape) -> None:
        self.refuse(axis=(-1 if self.axis == len(input_shape) - 1 else self.axis, -1))
        channels = input_shape[-1]
        if len(input_shape) < 2 or channels is None:
            raise ValueError(
                f"BatchNormalization '{self.name}' needs inputs of shape (rows, ..., channels) whose last "
                f"axis is known. Received: {tuple(input_shape)}"
            )
        shape = (channels,)
        self.build_affine(shape)
        self.moving_mean = self.add_weight(
            shape, self.moving_mean_initializer, trainable=False, name="moving_mean"
        )
        self.moving_variance = self.add_weight(
            shape, self.moving_variance_initializer, trainable=False, name="moving_variance"
        )
        super().build(input_shape)

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        variables = [self.gamma, self.beta, self.moving_mean, self.moving_variance]
        attributes = {"momentum": self.momentum, "epsilon": self.epsilon}
        return [builder.add(self, "batch_normalization", value, variables, attributes)]

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "axis": self.axis,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            **self.affine_config(),
            "moving_mean_initializer": initializers.serialize(self.moving_mean_initializer),
            "moving_variance_initializer": initializers.serialize(self.moving_variance_initializer),
            "synchronized": False,
        }
