"""InputSpec: what a layer of one's own expects of its inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from lamella.base import config as settings
from lamella.base.checks import flag, integer, refusal
from lamella.base.checks import shape as lengths
from lamella.base.naming import checked_name
from lamella.base.registry import constructor_arguments
from lamella.base.types import Config, Shape

if TYPE_CHECKING:
    from lamella.graph.layer import Layer


class InputSpec:
    """What the inputs of a layer must be: as its `input_spec` it is checked for each new shape of inputs.

    Args:
        dtype: `"float32"` or `"float64"`, what the layer computes in; None for any.
        shape: shape with the batch axis; None for any, and for axes of any length.
        ndim, max_ndim, min_ndim: number of axes, the batch axis counted, and bounds of it.
        axes: lengths of axes, `{axis: length}`.
        allow_last_axis_squeeze: whether a last axis of one may be missing, or be there besides. Defaults to
            False.
        name, optional: accepted for compatibility with Keras.

    Raises:
        ValueError: for axes that such inputs do not have, and for what are no numbers.

    >>> InputSpec(min_ndim=2, axes={-1: 3})
    InputSpec(min_ndim=2, axes={-1: 3})
    """

    def __init__(
        self,
        dtype: Any = None,
        shape: Any = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: dict[int, int | None] | None = None,
        allow_last_axis_squeeze: bool = False,
        name: str | None = None,
        optional: bool = False,
    ) -> None:
        owner = "InputSpec"
        self.dtype = None if dtype is None else settings.standardize_dtype(dtype)
        self.shape = None if shape is None else lengths(owner, "shape", shape)
        self.ndim = _rank("ndim", ndim) if self.shape is None else len(self.shape)
        self.max_ndim = _rank("max_ndim", max_ndim)
        self.min_ndim = _rank("min_ndim", min_ndim)
        if axes is not None and not isinstance(axes, dict):
            raise refusal(owner, "axes", "a dictionary {axis: length}", axes)
        self.axes = {integer(owner, "axes", axis): length for axis, length in (axes or {}).items()}
        most = self.max_ndim if self.ndim is None else self.ndim
        if most is not None and any(not -most <= axis < most for axis in self.axes):
            raise refusal(owner, "axes", f"axes of inputs with {most}", axes)
        self.allow_last_axis_squeeze = flag(owner, "allow_last_axis_squeeze", allow_last_axis_squeeze)
        self.name = checked_name(type(self), name)
        self.optional = flag(owner, "optional", optional)

    def complaint(self, shape: Shape, dtype: str) -> str | None:
        """What inputs of this shape, batch axis first, should have been; None where they fit."""
        rank = len(shape)
        if self.ndim is not None and rank != self.ndim and not self.allow_last_axis_squeeze:
            return f"{self.ndim} axes"
        if self.max_ndim is not None and rank > self.max_ndim:
            return f"at most {self.max_ndim} axes"
        if self.min_ndim is not None and rank < self.min_ndim:
            return f"at least {self.min_ndim} axes"
        if self.dtype not in (None, dtype):
            return f"the type {self.dtype}"
        for axis, length in self.axes.items():
            if not -rank <= axis < rank or not _fits(length, shape[axis]):
                return f"{length} on axis {axis}"
        if self.shape is None or self._fits_shape(shape):
            return None
        return f"shape {self.shape}"

    def _fits_shape(self, shape: Shape) -> bool:
        expected: Shape = self.shape or ()
        if self.allow_last_axis_squeeze:
            shape = shape[:-1] if shape[-1:] == (1,) else shape
            expected = expected[:-1] if expected[-1:] == (1,) else expected
        return len(shape) == len(expected) and all(map(_fits, expected, shape))

    def __repr__(self) -> str:
        shown = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")
        given = [f"{name}={getattr(self, name)}" for name in shown if getattr(self, name)]
        return f"InputSpec({', '.join(given)})"

    def get_config(self) -> Config:
        """The constructor's arguments, as Keras writes them."""
        shown = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes", "optional")
        return {name: getattr(self, name) for name in shown}

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Rebuild from `get_config`'s dictionary."""
        return cls(**constructor_arguments(cls, config))


def require_expected(layer: Layer, shape: Shape) -> None:
    """Raise ValueError for inputs, batch axis first, that are not what the `input_spec` of a layer says."""
    spec: Any = layer.input_spec
    if isinstance(spec, (list, tuple)) and len(spec) == 1:
        spec = spec[0]
    owner = f"{type(layer).__name__} '{layer.name}'"
    if not isinstance(spec, InputSpec):
        raise refusal(owner, "input_spec", "an InputSpec, for there is one input", spec)
    expected = spec.complaint(shape, layer.dtype)
    if expected is not None:
        raise ValueError(f"{owner} expects inputs of {expected}. Received: shape {tuple(shape)}")


def _rank(argument: str, value: Any) -> int | None:
    return None if value is None else integer("InputSpec", argument, value, 0)


def _fits(expected: int | None, length: int | None) -> bool:
    return expected is None or length is None or expected == length
