"""Group normalisation."""

from __future__ import annotations

import math
from typing import Any

from lamella.base.checks import integer, refusal
from lamella.base.names import InitializerName
from lamella.base.types import Config, Shape
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import owner_of
from lamella.graph.value import Value
from lamella.layers.normalization.row_normalization import AffineRowNormalization


class GroupNormalization(AffineRowNormalization):
    """`gamma * (x - mean) / sqrt(variance + epsilon) + beta` with the statistics of groups of channels.

    Wu and He, arXiv 1803.08494. A group's statistics are those of its channels at all positions of a row of
    the batch; the variance is the biased one; training and inference are alike.

    Args:
        groups: into how many groups of equal size the channels are split; -1 for one a channel. Defaults
            to 32.
        axis: must be the last axis. Defaults to -1.
        epsilon: defaults to 0.001.
        center: whether there is a beta, one a channel. Defaults to True.
        scale: whether there is a gamma, one a channel. Defaults to True.
        beta_initializer, gamma_initializer: default to zeros and ones.
        beta_regularizer, gamma_regularizer: penalties, or None.
        beta_constraint, gamma_constraint: what is done to them after each update, or None.
        **kwargs: see `Layer`.

    Raises:
        ValueError: when `epsilon` or `groups` is not positive; when built, for another axis or when the
            channels do not split into so many groups.

    >>> import numpy as np
    >>> GroupNormalization(2)(np.array([[0.0, 2.0, 5.0, 1.0]])).round(2).tolist()
    [[-1.0, 1.0, 1.0, -1.0]]
    """

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 0.001,
        center: bool = True,
        scale: bool = True,
        beta_initializer: InitializerName | Any = "zeros",
        gamma_initializer: InitializerName | Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            axis,
            epsilon,
            center,
            scale,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            beta_constraint,
            gamma_constraint,
            **kwargs,
        )
        self.groups = integer(owner_of(self), "groups", groups, least=-1)
        if self.groups == 0:
            raise refusal(owner_of(self), "groups", "a positive integer, or -1 for one a channel", groups)

    def build(self, input_shape: Shape) -> None:
        self.refuse(axis=(-1 if self.axis == len(input_shape) - 1 else self.axis, -1))
        (channels,) = self.parameter_shape(input_shape)
        if self.groups != -1 and channels % self.groups:
            raise ValueError(
                f"GroupNormalization '{self.name}': 'groups' must divide the {channels} channels of inputs "
                f"of shape {tuple(input_shape)}. Received: groups={self.groups}"
            )
        super().build(input_shape)

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        # Groups become an axis of their own, in front of the positions, so that each is a row.
        shape = list(value.shape)
        groups = shape[-1] if self.groups == -1 else self.groups
        positions, width = math.prod(shape[:-1]), shape[-1] // groups
        apart = [positions, groups, width]
        value = builder.add(self, "reshape", value, attributes={"shape": apart})
        if positions > 1:
            value = builder.add(self, "permute", value, attributes={"axes": [1, 0, 2]})
        value = builder.add(self, "reshape", value, attributes={"shape": [groups, positions * width]})
        attributes = {"centred": 1, "unit": 0, "epsilon": self.epsilon}
        attributes |= {"groups": groups, "segments": positions}
        value = builder.add(self, "row_normalization", value, [self.gamma, self.beta], attributes)
        if positions > 1:
            value = builder.add(self, "reshape", value, attributes={"shape": [groups, positions, width]})
            value = builder.add(self, "permute", value, attributes={"axes": [1, 0, 2]})
        return [builder.add(self, "reshape", value, attributes={"shape": shape})]

    def get_config(self) -> Config:
        return {**super().get_config(), "groups": self.groups}
