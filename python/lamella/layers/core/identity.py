"""Nothing."""

from __future__ import annotations

from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import Layer
from lamella.graph.value import Value


class Identity(Layer):
    """Hands its input on, unchanged.

    >>> import numpy as np
    >>> Identity()(np.array([[-1.0, 2.0]])).tolist()
    [[-1.0, 2.0]]
    """

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        return values
