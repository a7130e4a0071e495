"""Type aliases that every folder shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[Any]
else:
    Array = np.ndarray  # numpy.typing takes longer to import than this library

Shape: TypeAlias = tuple[int | None, ...]
"""A shape with the batch axis first; None stands for an axis of unknown length."""

Spec: TypeAlias = tuple[str, dict[str, Any]]
"""How the native core is told of a loss, a metric, an optimizer or an activation: name and numbers."""

Config: TypeAlias = dict[str, Any]
