"""Standardised inputs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from lamella.base.checks import axes, entries_of, flag, refusal
from lamella.base.types import Array, Config, Shape
from lamella.data.conversion import as_numbers, is_array
from lamella.data.py_dataset import PyDataset
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import Layer, owner_of
from lamella.graph.value import Value
from lamella.variable import Variable, claim_blank

_EPSILON = 1e-7
_BLOCK = 4096
"""Rows of an array that are looked at together, which may be mapped into memory."""


class Normalization(Layer):
    """`(x - mean) / max(sqrt(variance), 1e-7)` with the mean and the variance of a data set.

    They are given, or learnt by `adapt` before training; no gradient changes them.

    Args:
        axis: the axis, or axes, that have statistics of their own; the batch axis counts. None for one mean
            and variance of everything. Defaults to -1.
        mean, variance: the statistics, numbers or arrays of the lengths of the axes; both or neither.
        invert: whether to compute `x * max(sqrt(variance), 1e-7) + mean` instead. Defaults to False.
        **kwargs: see `Layer`.

    Raises:
        ValueError: when only one of mean and variance is given; when built, for an axis that inputs do not
            have or statistics that do not fit it.

    >>> import numpy as np
    >>> layer = Normalization()
    >>> layer.adapt(np.array([[0.0, 10.0], [2.0, 30.0]]))
    >>> layer(np.array([[1.0, 40.0]])).tolist()
    [[0.0, 2.0]]
    """

    def __init__(
        self, axis: Any = -1, mean: Any = None, variance: Any = None, invert: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if (mean is None) != (variance is None):
            raise ValueError(
                f"Normalization '{self.name}': 'mean' and 'variance' must be given together. Received: "
                f"mean={mean!r}, variance={variance!r}"
            )
        owner = owner_of(self)
        together = axis is None or entries_of(axis) == ()  # one mean and variance of everything
        named = () if together else axes(owner, "axis", axis)
        self.axis: tuple[int, ...] = (named,) if isinstance(named, int) else named
        self.input_mean = None if mean is None else _statistics(owner, "mean", mean)
        self.input_variance = None if variance is None else _statistics(owner, "variance", variance)
        if self.input_variance is not None and (self.input_variance < 0).any():
            raise refusal(owner, "variance", "a number that is not negative, or an array of them", variance)
        self.invert = flag(owner, "invert", invert)
        self.mean: Variable
        self.variance: Variable

    def _kept_axes(self, shape: Shape) -> list[int]:
        """The axes with statistics of their own, ascending, the batch axis counted."""
        rank = len(shape)
        if not all(-rank <= axis < rank and axis % rank for axis in self.axis):
            raise ValueError(
                f"Normalization '{self.name}': 'axis' must name axes behind the batch axis of inputs of "
                f"shape {tuple(shape)}. Received: axis={self.axis}"
            )
        return sorted({axis % rank for axis in self.axis})

    def build(self, input_shape: Shape) -> None:
        lengths = tuple(input_shape[axis] for axis in self._kept_axes(input_shape))
        known = tuple(length for length in lengths if length is not None)
        if len(known) < len(lengths):
            raise ValueError(
                f"Normalization '{self.name}' needs the lengths of the axes {self.axis}. Received: inputs of "
                f"shape {tuple(input_shape)}"
            )
        if self.input_mean is None or self.input_variance is None:
            self.mean = self.add_weight(known, "zeros", trainable=False, name="mean")
            self.variance = self.add_weight(known, "ones", trainable=False, name="variance")
            self.count = self.add_weight((), "zeros", trainable=False, name="count")
        else:
            self.mean = self._constant(self.input_mean, known, "mean")
            self.variance = self._constant(self.input_variance, known, "variance")
        super().build(input_shape)

    def _constant(self, value: Array, shape: tuple[int, ...], name: str) -> Variable:
        if math.prod(shape) > value.size:
            claim_blank(f"{self.path}/{name}", shape, self.dtype)
        try:
            values = np.array(np.broadcast_to(value, shape), dtype=self.dtype, order="C")
        except ValueError:
            raise ValueError(
                f"Normalization '{self.name}': '{name}' must fit the axes {self.axis} of lengths {shape}. "
                f"Received: an array of shape {value.shape}"
            ) from None
        return Variable(values, trainable=False, name=name, path=f"{self.path}/{name}")

    def adapt(self, data: Any) -> None:
        """Learn mean and variance.

        Args:
            data: an array (rows, ...), also mapped into memory, a table, a sparse matrix, or an iterable of
                batches; of tuples the first entry counts.

        Raises:
            ValueError: when there are no data, they do not fit what the layer was built for, or mean and
                variance were given to the constructor.
        """
        if self.input_mean is not None:
            raise ValueError(f"Normalization '{self.name}' was given 'mean' and 'variance': it cannot adapt")
        count, mean, squares = 0, np.zeros(()), np.zeros(())
        for batch in _batches(data):
            x = batch.astype(np.float64)
            self.build_under("", (None, *x.shape[1:]))
            self._check(x.shape)
            kept = self._kept_axes(x.shape)
            others = tuple(axis for axis in range(x.ndim) if axis not in kept)
            number = math.prod(x.shape[axis] for axis in others)
            if number == 0:
                continue
            # Chan, Golub and LeVeque, "Algorithms for computing the sample variance" (1983).
            apart = x.mean(axis=others) - mean
            squares = squares + x.var(axis=others) * number + apart**2 * (count * number / (count + number))
            mean = mean + apart * (number / (count + number))
            count += number
        if count == 0:
            raise ValueError(f"Normalization '{self.name}': adapt() received no data")
        self.mean.assign(mean)
        self.variance.assign(squares / count)

    def _check(self, shape: Shape) -> None:
        built = self.input_shape
        fits = len(built) == len(shape) and all(built[axis] == shape[axis] for axis in self._kept_axes(shape))
        if not fits:
            raise ValueError(
                f"Normalization '{self.name}' was built for inputs of shape {built} and cannot adapt to "
                f"data of shape {tuple(shape)}"
            )

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        if self.invert:
            return [builder.python(self, value, self.call_forward, self.call_backward)]
        shape = value.shape
        kept = [axis - 1 for axis in self._kept_axes((None, *shape))]
        # Batch normalisation at rest: 1 / sqrt(variance + 1e-14) is 1e7 where the variance is 0.
        attributes = {"momentum": 1.0, "epsilon": _EPSILON**2}
        variables = [None, None, self.mean, self.variance]

        def standardise(moved: Value) -> Value:
            return builder.add(self, "batch_normalization", moved, variables, attributes, trains=False)

        if kept:
            return [builder.along(self, value, kept, standardise)]
        flat = builder.add(self, "reshape", value, attributes={"shape": [math.prod(shape), 1]})
        return [builder.add(self, "reshape", standardise(flat), attributes={"shape": list(shape)})]

    def forward(self, x: Array) -> Array:
        """The inverse, in NumPy."""
        mean, deviation = self._broadcast(x)
        return x * deviation + mean

    def backward(self, x: Array, y: Array, gradient: Array) -> Array:
        """The gradient of the inverse."""
        return gradient * self._broadcast(x)[1]

    def _broadcast(self, x: Array) -> tuple[Array, Array]:
        """Mean and standard deviation in a shape that fits x."""
        kept = self._kept_axes(x.shape)
        shape = tuple(x.shape[axis] if axis in kept else 1 for axis in range(x.ndim))
        deviation = np.maximum(np.sqrt(self.variance.numpy()), _EPSILON)
        return self.mean.numpy().reshape(shape), deviation.reshape(shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return tuple(input_shape)

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "axis": self.axis,
            "invert": self.invert,
            "mean": None if self.input_mean is None else self.input_mean.tolist(),
            "variance": None if self.input_variance is None else self.input_variance.tolist(),
        }


def _statistics(owner: str, argument: str, value: Any) -> Array:
    """Finite numbers in an array of any shape."""
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        array = np.asarray(np.nan)
    if not np.isfinite(array).all():
        raise refusal(owner, argument, "a finite number or an array of them", value)
    return array


def _batches(data: Any) -> Iterator[Array]:
    """An array block by block, or the first entries of batches."""
    is_list = isinstance(data, (list, tuple))
    if is_array(data) or (is_list and data and not is_array(data[0])):
        whole = data if is_array(data) else as_numbers("data", data)
        for first in range(0, whole.shape[0], _BLOCK):
            yield as_numbers("data", whole[first : first + _BLOCK])
        return
    if isinstance(data, PyDataset):
        data = data.pass_over(shuffle=False)
    if not isinstance(data, Iterable):
        raise TypeError(
            f"adapt() takes an array or an iterable of batches. Received: an object of {type(data).__name__}"
        )
    for batch in data:
        yield as_numbers("data", batch[0] if isinstance(batch, tuple) else batch)
