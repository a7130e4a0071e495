"""Models with blocks of branches as the graphs that Keras makes of them.

Keras sorts the layers of a functional model by their distance from the output, and names their weights in
files by this order; so layers are put into the same order here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lamella.base.types import Shape
from lamella.layers import InputLayer, Layer
from lamella.layers.merging.branches import Branched
from lamella.layers.stack import Stack


class Node(NamedTuple):
    """A layer of Keras's: its class and name, whose outputs it takes, and the shape of its own.

    `layer` is the block itself where the ways through it are merged.
    """

    kind: str
    name: str
    layer: Layer
    inputs: tuple[str, ...]
    shape: Shape


def has_blocks(model: Stack) -> bool:
    """Whether Keras needs its functional API for a model."""
    return any(isinstance(layer, Branched) for layer in model.layers)


def keras_class(layer: Layer) -> str:
    """The class of a layer in files of Keras's; of a block, that of the layer at its end."""
    if isinstance(layer, Branched):
        return "Add" if layer.merge == "add" else "Concatenate"
    if isinstance(layer, Stack) and has_blocks(layer):
        return "Functional"
    return type(layer).__name__


def inner_layers(layers: Iterable[Layer]) -> Iterator[Layer]:
    """Layers, with those inside blocks in place of the blocks."""
    for layer in layers:
        if isinstance(layer, Branched):
            yield from inner_layers(layer.layers)
        else:
            yield layer


def graph_of(model: Stack) -> list[Node]:
    """The layers of a model with blocks in Keras's order; those of models in it are their own affair.

    Raises:
        ValueError: when it is not built.
    """
    if not model.built:
        raise ValueError(f"Model '{model.name}' must be built before it is written as a graph")
    declaration = model.stacked[0]
    assert isinstance(declaration, InputLayer)
    start = Node("InputLayer", declaration.name, declaration, (), model.input_shape)
    nodes = {start.name: start}
    end = _append_stack(nodes, model.layers, start.name, "")
    return _in_order_of_keras(nodes, end)


def _append_stack(nodes: dict[str, Node], layers: Iterable[Layer], value: str, block: str) -> str:
    for layer in layers:
        shape = layer.compute_output_shape(nodes[value].shape)
        if isinstance(layer, Branched):
            ends = [_append_stack(nodes, stack, value, layer.name) for stack in layer.stacks]
        else:
            ends = [value]
        value = _unique(layer.name, block, nodes)
        nodes[value] = Node(keras_class(layer), value, layer, tuple(ends), shape)
    return value


def _unique(name: str, block: str, taken: dict[str, Node]) -> str:
    if name not in taken:
        return name
    base = f"{block}_{name}" if block else name
    number = 0
    name = base
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    return name


def _in_order_of_keras(nodes: dict[str, Node], end: str) -> list[Node]:
    """By distance from the output, the furthest first; equally far ones as a search from the output meets
    them, depth first.
    """
    distance = dict.fromkeys(nodes, 0)
    for node in reversed(nodes.values()):  # a node comes before those that use it
        for name in node.inputs:
            distance[name] = max(distance[name], distance[node.name] + 1)
    met: dict[str, int] = {}
    waiting = [end]
    while waiting:
        name = waiting.pop()
        if name not in met:
            met[name] = len(met)
            waiting.extend(reversed(nodes[name].inputs))
    return sorted(nodes.values(), key=lambda node: (-distance[node.name], met[node.name]))
