"""Nodes of the op cases that work on signals, pictures and volumes; their geometry is drawn."""

from math import prod
from typing import Any

import numpy as np

from op_nodes import Node, Shape, off_grid, off_zero


def window(rng: np.random.Generator, spatial: Shape, most_taps: int = 5) -> tuple[Shape, dict[str, Any]]:
    """Taps and attributes of a window that fits: strides or dilation, with and without padding."""
    taps = tuple(int(n) for n in rng.integers(1, most_taps + 1, len(spatial)))
    strides, dilation = np.ones(len(spatial), int), np.ones(len(spatial), int)
    if rng.random() < 0.5:
        strides = rng.integers(1, 4, len(spatial))
    else:
        dilation = rng.integers(1, 3, len(spatial))
    reach = (np.array(taps) - 1) * dilation
    before = rng.integers(0, reach + 1)
    after = np.maximum(rng.integers(0, reach + 1), reach + 1 - np.array(spatial) - before)
    attributes = {"strides": strides, "dilation": dilation, "before": before, "after": after}
    return taps, {key: value.tolist() for key, value in attributes.items()}


def conv(filters: int, use_bias: bool = True, groups: int = 1):
    """A convolution whose geometry is drawn; channels that do not split into the groups are one group."""

    def nodes(x, rng):
        split = groups if x.shape[-1] % groups == 0 else 1
        taps, attributes = window(rng, x.shape[1:-1])
        kernel = off_zero(rng, (*taps, x.shape[-1] // split, filters))
        variables = [kernel, off_grid(rng, (filters,)) if use_bias else None]
        return [Node("conv", {**attributes, "groups": split}, variables)]

    return nodes


def all_different(x, rng):
    """Adds to multiples of 1/4 a part of 1/5, another one at each position: none is the same as another."""
    size, positions = prod(x.shape[1:]), prod(x.shape[1:-1])
    offsets = np.repeat(0.2 * rng.permutation(positions) / positions, x.shape[-1])
    return [
        Node("reshape", {"shape": [size]}),
        Node("rescaling", {"scale": 1.0, "offset": offsets.tolist()}),
        Node("reshape", {"shape": list(x.shape[1:])}),
    ]


def pool(kind: str, most_taps: int = 5):
    """Pooling whose geometry is drawn; padding leaves each window something to see."""

    def nodes(x, rng):
        spatial = x.shape[1:-1]
        taps = tuple(int(rng.integers(1, min(most_taps, n) + 1)) for n in spatial)
        before = [int(rng.integers(0, n)) for n in taps]
        after = [int(rng.integers(0, n)) for n in taps]
        strides = [int(rng.integers(1, 4)) for _ in taps]
        attributes = {"taps": list(taps), "strides": strides, "before": before, "after": after}
        return [Node("pool", {"kind": kind, **attributes})]

    return nodes


def random_transform(**attributes: Any):
    return lambda x, rng: [Node("random_transform", {"seed": -1, **attributes})]


def random_color(**attributes: Any):
    """Values that are multiples of 1/4 are changed within limits that none of them falls on."""
    return lambda x, rng: [Node("random_color", {"seed": -1, "range": [-0.61, 0.87], **attributes})]


def conv_3x3(filters: int):
    """A 3x3 convolution of pictures made twice as large: with many channels it is another algorithm."""

    def nodes(x, rng):
        pads = [int(rng.integers(0 if n > 1 else 1, 2)) for n in x.shape[1:-1]]
        kernel = off_zero(rng, (3, 3, x.shape[-1], filters))
        attributes = {"before": pads, "after": pads, "groups": 1}
        conv_node = Node("conv", attributes, [kernel, off_grid(rng, (filters,))])
        return [*(twice(axis, x.shape[1 + axis]) for axis in (0, 1)), conv_node]

    return nodes


def twice(axis: int, length: int) -> Node:
    """Each position of an axis two times."""
    sources = np.repeat(np.arange(length), 2).tolist()
    starts, weights = list(range(2 * length + 1)), [1.0] * (2 * length)
    return Node("map_axis", {"axis": axis, "starts": starts, "sources": sources, "weights": weights})


def map_axis(x, rng):
    """A random axis becomes random weighted sums of what lay there, of none to three positions."""
    axis = int(rng.integers(len(x.shape) - 1))
    counts = rng.integers(0, 4, int(rng.integers(1, 8)))
    starts = np.concatenate([[0], np.cumsum(counts)])
    sources = rng.integers(0, x.shape[1 + axis], starts[-1])
    weights = np.where(rng.random(starts[-1]) < 0.5, 1.0, off_zero(rng, (starts[-1],)))
    attributes = {"starts": starts.tolist(), "sources": sources.tolist(), "weights": weights.tolist()}
    return [Node("map_axis", {"axis": axis, **attributes})]


def depthwise_conv(x, rng):
    taps, attributes = window(rng, x.shape[1:-1])
    kernel, bias = off_zero(rng, (*taps, x.shape[-1], 1)), off_grid(rng, (x.shape[-1],))
    return [Node("depthwise_conv", {"taps": list(taps), **attributes}, [kernel, bias])]


def conv_transpose(filters: int):
    """A transposed convolution whose geometry is drawn."""

    def nodes(x, rng):
        spatial = np.array(x.shape[1:-1])
        taps = rng.integers(1, 6, len(spatial))
        strides, dilation = np.ones(len(spatial), int), np.ones(len(spatial), int)
        if rng.random() < 0.5:
            strides = rng.integers(1, 4, len(spatial))
        else:
            dilation = rng.integers(1, 3, len(spatial))
        full = (spatial - 1) * strides + (taps - 1) * dilation + 1
        before = np.minimum(rng.integers(0, 3, len(spatial)), np.minimum((taps - 1) * dilation, full - 1))
        more = rng.integers(0, strides)
        kernel = off_zero(rng, (*taps, filters, x.shape[-1]))
        attributes = {
            "strides": strides,
            "dilation": dilation,
            "before": before,
            "output": full - before + more,
        }
        attributes = {key: value.tolist() for key, value in attributes.items()}
        return [Node("conv_transpose", attributes, [kernel, off_grid(rng, (filters,))])]

    return nodes


def spatial_dropout(rate: float):
    return lambda x, rng: [Node("spatial_dropout", {"rate": rate, "seed": -1})]
