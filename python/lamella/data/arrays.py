"""Arrays as training data: checked, put together, never copied as a whole where they need not be."""

from __future__ import annotations

from typing import Any

from lamella.base.types import Array
from lamella.data import elements
from lamella.data.conversion import NameOf, as_numbers


class ArrayData:
    """Inputs, targets and weights with one row for each sample.

    Args:
        x: inputs.
        y: targets, or None.
        sample_weight: weights of rows or of positions of rows, or None.
    """

    __slots__ = ("sample_weight", "x", "y")

    def __init__(self, x: Array, y: Array | None, sample_weight: Array | None) -> None:
        self.x = x
        self.y = y
        self.sample_weight = sample_weight

    @property
    def rows(self) -> int:
        """Number of samples."""
        return int(self.x.shape[0])

    def slice(self, start: int, stop: int) -> ArrayData:
        """The rows from start to stop, as views."""
        y, weight = self.y, self.sample_weight
        return ArrayData(
            self.x[start:stop],
            None if y is None else y[start:stop],
            None if weight is None else weight[start:stop],
        )

    def take(self, rows: Array) -> ArrayData:
        """The rows with these numbers, as copies."""
        y, weight = self.y, self.sample_weight
        return ArrayData(
            self.x[rows], None if y is None else y[rows], None if weight is None else weight[rows]
        )

    def not_finite(self, dtype: str) -> str | None:
        """Which element is NaN or infinite when computed with in `dtype`, None where none is."""
        named = (("x", self.x), ("y", self.y), ("sample_weight", self.sample_weight))
        found = (elements.not_finite(name, array, dtype) for name, array in named)
        return next((text for text in found if text is not None), None)


def adapt(x: Any, y: Any = None, sample_weight: Any = None, name_of: NameOf | None = None) -> ArrayData:
    """Check arrays and put them together.

    Raises:
        TypeError: when an array does not hold real numbers.
        ValueError: when there are no samples, or not equally many in all arrays.
    """
    inputs = as_numbers("x", x, name_of)
    targets, weights = adapt_targets(inputs.shape, y, sample_weight, name_of)
    return ArrayData(inputs, targets, weights)


def adapt_targets(
    shape: tuple[int, ...], y: Any, sample_weight: Any, name_of: NameOf | None
) -> tuple[Array | None, Array | None]:
    """Check what belongs to inputs of this shape: targets and weights of rows, each of which may be None.

    Raises:
        TypeError, ValueError: as `adapt`.
    """
    targets = None if y is None else as_numbers("y", y, name_of)
    if targets is not None and targets.shape[0] != shape[0]:
        raise ValueError(
            f"x and y must hold equally many samples. Received: x of shape {shape}, y of shape "
            f"{targets.shape}"
        )
    if sample_weight is None:
        return targets, None
    weights = as_numbers("sample_weight", sample_weight, name_of)
    if weights.shape[0] != shape[0]:
        raise ValueError(
            "sample_weight must hold one number for each sample of x, or for each position of each. "
            f"Received: x of shape {shape}, sample_weight of shape {weights.shape}"
        )
    return targets, weights[:, 0] if weights.shape[1:] == (1,) else weights
