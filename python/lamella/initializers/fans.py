"""Initializers whose spread follows from the shape of the weights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from lamella.base.checks import axes, choice, number
from lamella.base.types import Array, Config
from lamella.initializers.initializer import RandomInitializer, draw_truncated_normal

_TRUNCATED_STDDEV = 0.87962566103423978
"""Standard deviation of a standard normal number that was drawn again beyond 2."""

_MODES = ("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS = ("truncated_normal", "untruncated_normal", "uniform")


def compute_fans(
    shape: tuple[int, ...],
    input_axes: Sequence[int] | None = None,
    output_axes: Sequence[int] | None = None,
) -> tuple[int, int]:
    """Inputs and outputs of one unit: kernels end in (inputs, outputs), what stands before is a window.

    Where the axes of both are given, they are counted instead.

    >>> compute_fans((3, 3, 16, 32))
    (144, 288)
    """
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[axis] for axis in input_axes), math.prod(shape[axis] for axis in output_axes)
    if len(shape) == 0:
        return 1, 1
    if len(shape) == 1:
        return shape[0], shape[0]
    window = math.prod(shape[:-2])
    return shape[-2] * window, shape[-1] * window


def _some_axes(owner: str, argument: str, value: Any) -> list[int] | None:
    if value is None:
        return None
    found = axes(owner, argument, value)
    return [found] if isinstance(found, int) else list(found)


class VarianceScaling(RandomInitializer):
    """Numbers of variance `scale / n`, where n counts the unit's inputs, its outputs or their average.

    Args:
        scale: a positive number. Defaults to 1.
        mode: what n counts: `"fan_in"` (the default), `"fan_out"` or `"fan_avg"`.
        distribution: `"truncated_normal"` (the default), `"untruncated_normal"` or `"uniform"`.
        seed: an integer, or None.
        input_axes, output_axes: the axes that n counts, where the shape is not that of a kernel.

    Raises:
        ValueError: for another mode or distribution, or a scale that is not positive.

    >>> round(float(VarianceScaling(seed=1)((100, 100)).std()), 2)
    0.1
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: int | None = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(seed)
        owner = type(self).__name__
        lower = distribution.lower() if isinstance(distribution, str) else distribution
        lower = "truncated_normal" if isinstance(lower, str) and lower == "normal" else lower
        self.scale = number(owner, "scale", scale, above=0)
        self.mode: str = choice(owner, "mode", mode, _MODES)
        self.distribution: str = choice(owner, "distribution", lower, _DISTRIBUTIONS)
        self.input_axes = _some_axes(owner, "input_axes", input_axes)
        self.output_axes = _some_axes(owner, "output_axes", output_axes)
        if (self.input_axes is None) != (self.output_axes is None):
            raise ValueError(
                f"{owner}: 'input_axes' and 'output_axes' must be given together. Received: "
                f"input_axes={input_axes!r}, output_axes={output_axes!r}"
            )

    def draw(self, generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
        for axis in (*(self.input_axes or ()), *(self.output_axes or ())):
            if not -len(shape) <= axis < len(shape):
                raise ValueError(
                    f"{type(self).__name__}: 'input_axes' and 'output_axes' must be axes of the shape "
                    f"{shape}. Received: input_axes={self.input_axes}, output_axes={self.output_axes}"
                )
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        stddev = math.sqrt(self.scale / max(1.0, fan))
        if self.distribution == "truncated_normal":
            return draw_truncated_normal(generator, shape) * (stddev / _TRUNCATED_STDDEV)
        if self.distribution == "untruncated_normal":
            return generator.standard_normal(shape) * stddev
        limit = math.sqrt(3.0) * stddev
        return limit * (2.0 * generator.random(shape) - 1.0)

    def get_config(self) -> Config:
        return {
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            "seed": self.seed,
            "input_axes": self.input_axes,
            "output_axes": self.output_axes,
        }


class _Preset(VarianceScaling):
    """A variance scaling whose scale, mode and distribution are settled."""

    settled: ClassVar[tuple[float, str, str]]

    def __init__(
        self,
        seed: int | None = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(*self.settled, seed, input_axes, output_axes)

    def get_config(self) -> Config:
        return {"seed": self.seed, "input_axes": self.input_axes, "output_axes": self.output_axes}


class GlorotUniform(_Preset):
    """Uniform in +-sqrt(6 / (inputs + outputs)) (Glorot and Bengio, AISTATS 2010). Dense's default.

    >>> bool(np.abs(GlorotUniform(seed=1)((3, 3))).max() <= 1)
    True
    """

    settled = (1.0, "fan_avg", "uniform")


class GlorotNormal(_Preset):
    """Truncated normal of variance 2 / (inputs + outputs) (Glorot and Bengio, AISTATS 2010).

    >>> GlorotNormal(seed=1)((3, 4)).shape
    (3, 4)
    """

    settled = (1.0, "fan_avg", "truncated_normal")


class HeUniform(_Preset):
    """Uniform in +-sqrt(6 / inputs) (He et al., arXiv 1502.01852).

    >>> HeUniform(seed=1)((3, 4)).shape
    (3, 4)
    """

    settled = (2.0, "fan_in", "uniform")


class HeNormal(_Preset):
    """Truncated normal of variance 2 / inputs (He et al., arXiv 1502.01852).

    >>> HeNormal(seed=1)((3, 4)).shape
    (3, 4)
    """

    settled = (2.0, "fan_in", "truncated_normal")


class LecunUniform(_Preset):
    """Uniform in +-sqrt(3 / inputs) (LeCun et al., "Efficient BackProp", 1998).

    >>> LecunUniform(seed=1)((3, 4)).shape
    (3, 4)
    """

    settled = (1.0, "fan_in", "uniform")


class LecunNormal(_Preset):
    """Truncated normal of variance 1 / inputs (Klambauer et al., arXiv 1706.02515).

    >>> LecunNormal(seed=1)((3, 4)).shape
    (3, 4)
    """

    settled = (1.0, "fan_in", "truncated_normal")


# Keras's second names.
glorot_normal = GlorotNormal
glorot_uniform = GlorotUniform
he_normal = HeNormal
he_uniform = HeUniform
lecun_normal = LecunNormal
lecun_uniform = LecunUniform
variance_scaling = VarianceScaling
