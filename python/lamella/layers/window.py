"""The window that convolution and pooling move over signals, pictures and volumes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lamella.base.checks import choice, entries_of, integer, refusal
from lamella.base.types import Shape
from lamella.graph.layer import Layer, owner_of

LARGEST = 2**53
"""The largest size: the native core is told of sizes as floating-point numbers."""


def size(layer: Layer, argument: str, value: Any, least: int = 1) -> int:
    """An integer from `least` to `LARGEST`.

    Raises:
        ValueError: for anything else.
    """
    number = integer(owner_of(layer), argument, value, least)
    if number > LARGEST:
        raise refusal(owner_of(layer), argument, f"at most {LARGEST}", value)
    return number


def per_axis(layer: Layer, argument: str, value: Any, rank: int, least: int = 1) -> tuple[int, ...]:
    """One integer for each of `rank` axes, of one number or a list of them.

    Raises:
        ValueError: for another number of them, or one that is not an integer from `least` to `LARGEST`.
    """
    numbers = entries_of(value)
    if numbers is None:
        return (size(layer, argument, value, least),) * rank
    if len(numbers) != rank:
        raise refusal(owner_of(layer), argument, f"an integer or {rank} of them", value)
    return tuple(size(layer, argument, n, least) for n in numbers)


def pairs(layer: Layer, argument: str, value: Any, rank: int) -> tuple[tuple[int, int], ...]:
    """A pair (before, after) for each of `rank` axes, of one number, one an axis, or pairs.

    Raises:
        ValueError: for another form, or numbers that are not integers of at least 0.
    """
    entries = entries_of(value)
    if rank == 1 and entries is not None and not any(entries_of(entry) for entry in entries):
        return (_pair(layer, argument, value),)
    if entries is not None and len(entries) == rank:
        return tuple(_pair(layer, argument, entry) for entry in entries)
    return tuple((n, n) for n in per_axis(layer, argument, value, rank, least=0))


def _pair(layer: Layer, argument: str, value: Any) -> tuple[int, int]:
    before, after = per_axis(layer, argument, value, 2, least=0)
    return before, after


def channels_last(layer: Layer, data_format: Any) -> None:
    """Refuse another data format than channels last.

    Raises:
        ValueError: for `"channels_first"` or what is no data format.
    """
    if data_format is not None and not (isinstance(data_format, str) and data_format == "channels_last"):
        raise ValueError(
            f"{owner_of(layer)}: 'data_format' must be 'channels_last'; put the channels "
            f"last before the model, or with Permute. Received: data_format={data_format!r}"
        )
    vars(layer)["data_format"] = "channels_last"


def spatial_shape(layer: Layer, input_shape: Shape, rank: int) -> Shape:
    """The spatial axes of inputs of shape (rows, ..., channels).

    Raises:
        ValueError: when there are not `rank` of them.
    """
    if len(input_shape) != rank + 2:
        raise ValueError(
            f"{owner_of(layer)} needs inputs of {rank + 2} axes: rows, {rank} spatial, "
            f"channels. Received: {tuple(input_shape)}"
        )
    return input_shape[1:-1]


def known_channels(layer: Layer, input_shape: Shape) -> int:
    """The length of the last axis.

    Raises:
        ValueError: when it is not known, or 0.
    """
    channels = input_shape[-1]
    if not channels:
        raise ValueError(
            f"{owner_of(layer)} needs to know how many channels its inputs have. "
            f"Received: {tuple(input_shape)}"
        )
    return channels


class Windowed:
    """Base class of layers that move a window over their inputs, and show its settings."""

    window: Window

    @property
    def strides(self) -> tuple[int, ...]:
        """How far the window moves along each axis."""
        return self.window.strides

    @property
    def padding(self) -> str:
        """The implicit padding around the inputs."""
        return self.window.padding


class KernelWindow(Windowed):
    """The same for layers whose window is a kernel."""

    @property
    def kernel_size(self) -> tuple[int, ...]:
        """How many inputs the kernel sees along each axis."""
        return self.window.size

    @property
    def dilation_rate(self) -> tuple[int, ...]:
        """How far apart these lie."""
        return self.window.dilation


class Window:
    """Size, steps and padding of a window, by axis.

    Args:
        layer: whose window it is, for messages.
        rank: the number of axes.
        size: the name of the argument that says how many inputs it sees along each axis, and its value.
        strides: how far it moves from output to output.
        padding: `"valid"` (none), `"same"` (as many outputs as inputs, up to strides) or `"causal"` (an
            output sees nothing that comes after it).
        dilation: how far apart the inputs lie that it sees.
        causal: whether causal padding is allowed.

    Raises:
        ValueError: for numbers that are not positive, a padding that is not known, or strides together with
            dilation.
    """

    def __init__(
        self,
        layer: Layer,
        rank: int,
        size: tuple[str, Any],
        strides: Any,
        padding: Any,
        dilation: Any = 1,
        causal: bool = False,
    ) -> None:
        paddings = ("valid", "same", "causal") if causal else ("valid", "same")
        self.layer = layer
        self.size = per_axis(layer, size[0], size[1], rank)
        self.strides = per_axis(layer, "strides", strides, rank)
        self.dilation = per_axis(layer, "dilation_rate", dilation, rank)
        lower = padding.lower() if isinstance(padding, str) else padding
        self.padding: str = choice(owner_of(layer), "padding", lower, paddings)
        if max(self.strides) > 1 and max(self.dilation) > 1:
            raise ValueError(
                f"{owner_of(layer)}: strides and dilation cannot both be larger than 1. "
                f"Received: strides={strides!r}, dilation_rate={dilation!r}"
            )

    def reach(self, axis: int) -> int:
        """Over how many inputs it stretches along an axis, those between its taps included."""
        return (self.size[axis] - 1) * self.dilation[axis] + 1

    def padding_of(self, axis: int, length: int) -> tuple[int, int]:
        """Implicit zero padding before and after an axis; an odd remainder goes after."""
        return self._padding(axis, length, self.reach(axis))

    def _padding(self, axis: int, length: int, reach: int) -> tuple[int, int]:
        if self.padding == "valid":
            return 0, 0
        if self.padding == "causal":
            return reach - 1, 0
        outputs = -(-length // self.strides[axis])
        total = max((outputs - 1) * self.strides[axis] + reach - length, 0)
        return total // 2, total - total // 2

    def output_shape(self, shape: Shape) -> Shape:
        """What becomes of these spatial axes.

        Raises:
            ValueError: when the window is larger than an axis.
        """
        return tuple(self._output_length(axis, length, shape) for axis, length in enumerate(shape))

    def _output_length(self, axis: int, length: int | None, shape: Shape) -> int | None:
        if length is None:
            return None
        padded = length + sum(self.padding_of(axis, length))
        reach = self.reach(axis)
        if reach > padded:
            raise ValueError(
                f"{owner_of(self.layer)}: a window of {self.size} with dilation "
                f"{self.dilation} does not fit into inputs of spatial shape {tuple(shape)}"
            )
        return (padded - reach) // self.strides[axis] + 1

    def attributes(self, shape: tuple[int, ...]) -> dict[str, Any]:
        """How the native core is told of the window on these spatial axes."""
        places = [self._place(axis, length, self.size[axis]) for axis, length in enumerate(shape)]
        return _by_name(places)

    def pool_attributes(self, shape: tuple[int, ...]) -> dict[str, Any]:
        """The same, with the taps, of a window in which padding does not count: a larger one sees no more."""
        taps = [min(size, 2 * length + 1) for size, length in zip(self.size, shape, strict=True)]
        places = [self._place(axis, length, taps[axis]) for axis, length in enumerate(shape)]
        return {"taps": taps, **_by_name(places)}

    def _place(self, axis: int, length: int, taps: int) -> tuple[int, int, int, int]:
        """Stride, dilation and padding, no larger than makes a difference: the core's loops end with them."""
        dilation = min(self.dilation[axis], 2 * length + 1)
        reach = (taps - 1) * dilation + 1
        before, after = self._padding(axis, length, reach)
        return min(self.strides[axis], length + before + after - reach + 1), dilation, before, after


def _by_name(places: Sequence[tuple[int, int, int, int]]) -> dict[str, Any]:
    names = ("strides", "dilation", "before", "after")
    return {name: list(numbers) for name, numbers in zip(names, zip(*places, strict=True), strict=True)}
