"""Normal noise: added, or as a factor."""

from __future__ import annotations

import math
from typing import Any

from lamella.base.checks import number
from lamella.base.types import Config
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import Layer, owner_of
from lamella.graph.value import Value
from lamella.layers.regularization.dropout import native_seed, require_seed


class GaussianNoise(Layer):
    """In training, adds normal random numbers of mean 0.

    Args:
        stddev: their standard deviation, a number that is not negative.
        seed: an integer, or None to follow the model's seed.
        **kwargs: see `Layer`.

    Raises:
        ValueError: when `stddev` or the seed is negative.

    >>> import numpy as np
    >>> GaussianNoise(0.5)(np.ones((1, 3))).tolist()
    [[1.0, 1.0, 1.0]]
    """

    def __init__(self, stddev: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stddev = number(owner_of(self), "stddev", stddev, least=0)
        self.seed = require_seed(self, seed)

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        if self.stddev == 0.0:
            return [value]
        attributes = {"stddev": self.stddev, "multiplied": 0, "seed": native_seed(self.seed)}
        return [builder.add(self, "gaussian_noise", value, attributes=attributes)]

    def get_config(self) -> Config:
        return {**super().get_config(), "stddev": self.stddev, "seed": self.seed}


class GaussianDropout(Layer):
    """In training, multiplies by normal random numbers of mean 1 and variance `rate / (1 - rate)`.

    That is the variance which dropout of this rate brings (Srivastava et al., JMLR 15, 2014).

    Args:
        rate: in [0, 1).
        seed: an integer, or None to follow the model's seed.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for a rate outside [0, 1), or a negative seed.

    >>> import numpy as np
    >>> GaussianDropout(0.5)(np.ones((1, 3))).tolist()
    [[1.0, 1.0, 1.0]]
    """

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate = number(owner_of(self), "rate", rate, least=0, below=1)
        self.seed = require_seed(self, seed)

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        if self.rate == 0.0:
            return [value]
        stddev = math.sqrt(self.rate / (1.0 - self.rate))
        attributes = {"stddev": stddev, "multiplied": 1, "seed": native_seed(self.seed)}
        return [builder.add(self, "gaussian_noise", value, attributes=attributes)]

    def get_config(self) -> Config:
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}
