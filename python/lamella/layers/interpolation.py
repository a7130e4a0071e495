"""How the pixels of a resized axis follow from those it had, as Keras's back ends and Pillow compute it."""

from __future__ import annotations

import math
from collections.abc import Callable

from lamella.base.checks import choice
from lamella.graph.layer import Layer, owner_of

Terms = list[list[tuple[int, float]]]


def _triangle(x: float) -> float:
    return max(0.0, 1.0 - abs(x))


def _cubic(x: float) -> float:
    """Keys, "Cubic convolution interpolation for digital image processing" (1981), a = -0.5."""
    x = abs(x)
    if x < 1.0:
        return (1.5 * x - 2.5) * x * x + 1.0
    return ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0 if x < 2.0 else 0.0


def _lanczos(radius: float) -> Callable[[float], float]:
    def weight(x: float) -> float:
        if abs(x) >= radius:
            return 0.0
        at = math.pi * x
        return radius * math.sin(at) * math.sin(at / radius) / (at * at) if abs(x) > 1e-3 else 1.0

    return weight


_FILTERS: dict[str, tuple[float, Callable[[float], float]]] = {
    "bilinear": (1.0, _triangle),
    "bicubic": (2.0, _cubic),
    "lanczos3": (3.0, _lanczos(3.0)),
    "lanczos5": (5.0, _lanczos(5.0)),
}
INTERPOLATIONS = ("nearest", *_FILTERS)


def known_interpolation(layer: Layer, interpolation: str) -> str:
    """The interpolation in lower case.

    Raises:
        ValueError: for one that is not known.
    """
    lower = interpolation.lower() if isinstance(interpolation, str) else interpolation
    name: str = choice(owner_of(layer), "interpolation", lower, INTERPOLATIONS)
    return name


def interpolation_terms(interpolation: str, length: int, output: int, antialias: bool = False) -> Terms:
    """For each of `output` pixels those of `length` that it is made of, with their weights.

    Pixels have their centres at the half; what an interpolation would take from beyond the edge is left out
    and the other weights scaled so that they sum to 1.

    Args:
        interpolation: a name of `INTERPOLATIONS`.
        length: pixels there are.
        output: pixels wanted.
        antialias: whether the filter grows with what is made smaller. Defaults to False.
    """
    step = length / output
    if interpolation == "nearest":
        return [[(min(int((i + 0.5) * step), length - 1), 1.0)] for i in range(output)]
    radius, weight = _FILTERS[interpolation]
    stretch = max(step, 1.0) if antialias else 1.0
    terms: Terms = []
    for i in range(output):
        centre = (i + 0.5) * step - 0.5
        first = math.ceil(centre - radius * stretch)
        last = math.floor(centre + radius * stretch)
        found = [(j, weight((j - centre) / stretch)) for j in range(max(first, 0), min(last, length - 1) + 1)]
        total = sum(w for _, w in found)
        terms.append([(j, w / total) for j, w in found if w != 0.0])
    return terms
