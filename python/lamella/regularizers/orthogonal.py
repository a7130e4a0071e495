"""Orthogonality of rows or columns."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella.base.checks import choice
from lamella.base.results import NumberResult
from lamella.base.types import Array, Config
from lamella.data.conversion import to_array
from lamella.regularizers.regularizer import Regularizer

_SMALLEST_SQUARE = 1e-12


class OrthogonalRegularizer(Regularizer):
    """Adds `factor` times the mean of |cosine| over all pairs of rows, or of columns, of a matrix.

    For kernels, matrices of (inputs, units). It is computed with NumPy: once a step, in n * n * m operations
    for n vectors of m numbers.

    Args:
        factor: a number that is not negative. Defaults to 0.01.
        mode: `"rows"` (the default) or `"columns"`.

    Raises:
        ValueError: for another mode or a factor that is negative; when called, for what is not a matrix.

    >>> OrthogonalRegularizer(1.0)([[1.0, 0.0], [0.0, 2.0]]), OrthogonalRegularizer(1.0)([[3.0], [-1.0]])
    (0.0, 1.0)
    """

    def __init__(self, factor: float = 0.01, mode: str = "rows") -> None:
        self.factor = self.require_factor("factor", factor)
        self.mode: str = choice("OrthogonalRegularizer", "mode", mode, ("rows", "columns"))

    def __call__(self, x: Any) -> NumberResult:
        unit, _ = self._unit_vectors(x)
        return NumberResult(self._weight(len(unit)) * float(np.abs(_cosines(unit)).sum()))

    def gradient(self, x: Array) -> Array:
        # d|r_i . r_j| by r_i is sign(r_i . r_j) r_j, for both orders of a pair; a unit vector r = w / |w|
        # passes on what is orthogonal to it, divided by |w|.
        unit, norms = self._unit_vectors(x)
        by_unit = 2.0 * self._weight(len(unit)) * np.sign(_cosines(unit)) @ unit
        by_row = (by_unit - unit * np.sum(unit * by_unit, axis=1, keepdims=True)) / norms
        return by_row if self.mode == "rows" else np.ascontiguousarray(by_row.T)

    def _weight(self, vectors: int) -> float:
        pairs = vectors * (vectors - 1) / 2
        return self.factor * 0.5 / pairs if pairs else 0.0

    def _unit_vectors(self, x: Any) -> tuple[Array, Array]:
        """The vectors as rows of length 1, and their lengths as a column."""
        matrix = to_array("x", x).astype(np.float64)
        if matrix.ndim != 2:
            raise ValueError(
                f"OrthogonalRegularizer takes matrices only. Received: an array of shape {matrix.shape}"
            )
        rows = matrix if self.mode == "rows" else matrix.T
        squares = np.sum(np.square(rows), axis=1, keepdims=True)
        norms = np.sqrt(np.maximum(squares, _SMALLEST_SQUARE))
        return rows / norms, norms

    def get_config(self) -> Config:
        return {"factor": self.factor, "mode": self.mode}


def _cosines(unit: Array) -> Array:
    """The products of all pairs of rows, zero for a row with itself."""
    products = np.asarray(unit @ unit.T)
    np.fill_diagonal(products, 0.0)
    return products


orthogonal_regularizer = OrthogonalRegularizer  # Keras's second name
