"""Layer normalisation."""

from __future__ import annotations

from typing import Any

from lamella.base.names import InitializerName
from lamella.graph.builder import ProgramBuilder
from lamella.graph.value import Value
from lamella.layers.normalization.row_normalization import AffineRowNormalization


class LayerNormalization(AffineRowNormalization):
    """`gamma * (x - mean) / sqrt(variance + epsilon) + beta` with the statistics of each row along `axis`.

    Ba et al., arXiv 1607.06450. The variance is the biased one; training and inference are alike.

    Args:
        axis: an axis, or several, behind the batch axis, which counts; gamma and beta have their lengths.
            Defaults to -1.
        epsilon: defaults to 0.001.
        center: whether there is a beta. Defaults to True.
        scale: whether there is a gamma. Defaults to True.
        beta_initializer, gamma_initializer: default to zeros and ones.
        beta_regularizer, gamma_regularizer: penalties, or None.
        beta_constraint, gamma_constraint: what is done to them after each update, or None.
        **kwargs: see `Layer`.

    Raises:
        ValueError: when `epsilon` is not positive; when built, for an axis that inputs do not have.

    >>> import numpy as np
    >>> LayerNormalization()(np.array([[0.0, 2.0]])).round(2).tolist()
    [[-1.0, 1.0]]
    """

    def __init__(
        self,
        axis: Any = -1,
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

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        return [self.normalise(builder, value, [self.gamma, self.beta])]
