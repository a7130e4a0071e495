"""What op cases are made of: nodes of a program, and numbers that keep away from kinks."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

Shape = tuple[int, ...]


@dataclass
class Node:
    op: str
    attributes: dict[str, Any] = field(default_factory=dict)
    variables: list[np.ndarray | None] = field(default_factory=list)
    trainable: bool = True
    statistics: int = 0  # that many variables at the end are not trained by gradients


def off_zero(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """Values from +-{0.25, 0.5, 0.75, 1}: away from the kinks at zero, exact in float32."""
    return rng.integers(1, 5, shape) * 0.25 * rng.choice([-1.0, 1.0], shape)


def off_grid(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """Odd multiples of 1/32: sums of products of off_zero values plus one of these stay 1/32 off zero."""
    return (2 * rng.integers(-8, 8, shape) + 1) / 32
