"""The tree of variables in Keras's HDF5 files.

The variables of a layer lie in `<path>/vars` as `0`, `1`, ...; the layers of a model in `<path>/layers`, as
`dense`, `dense_1`, ... by their classes in Keras's order; those of the optimizer in `optimizer/vars`.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

from lamella.base.naming import snake_case
from lamella.base.types import Array, Config
from lamella.graph.base_model import BaseModel
from lamella.layers import Layer
from lamella.layers.merging.branches import Branched
from lamella.layers.stack import Stack
from lamella.saving.keras.graph import graph_of, has_blocks, inner_layers, keras_class
from lamella.saving.keras.hdf5 import Tree
from lamella.saving.keras.optimizer import restore, slot_order, state_arrays, warn_of_fresh_start
from lamella.variable import Variable


class Group(NamedTuple):
    """What lies under a path: the name of a layer, its own variables, and the groups of its layers."""

    path: str
    name: str
    variables: list[Variable]
    members: set[str]


def groups_of(layer: Layer, path: str = "", config: Config | None = None) -> Iterator[Group]:
    """The groups of a layer or model and of all that is in it.

    Args:
        layer: the layer or model.
        path: its path.
        config: what the file says the model is made of; as it would be written, by default.
    """
    if isinstance(layer, Branched):
        raise ValueError(f"the weights of block '{layer.name}' can be written and read in a model only")
    if not isinstance(layer, Stack):
        yield Group(path, layer.name, layer._variables, set())
        return
    counts: dict[str, int] = {}
    places = []
    for kind, name, part, part_config in parts_of(layer, config):
        base = snake_case(kind)
        count = counts[base] = counts.get(base, -1) + 1
        places.append((f"{base}_{count}" if count else base, name, part, part_config))
    yield Group(path, layer.name, [], {place for place, *_ in places})
    for place, name, part, part_config in places:
        inner = f"{path}/layers/{place}".lstrip("/")
        if part is None:
            yield Group(inner, name, [], set())
        else:
            yield from groups_of(part, inner, part_config)


def parts_of(model: Stack, config: Config | None) -> list[tuple[str, str, Layer | None, Config | None]]:
    """Class, name, layer and config of the layers of a model, in Keras's order; no layer where none is."""
    entries = [] if config is None else [(entry["class_name"], entry["config"]) for entry in config["layers"]]
    if entries and has_blocks(model):
        by_name = {layer.name: layer for layer in inner_layers(model.layers)}
        return [(kind, part["name"], by_name.get(part["name"]), part) for kind, part in entries]
    if entries:
        entries = [(kind, part) for kind, part in entries if kind != "InputLayer"]
        pairs = zip(entries, model.layers, strict=True)
        return [(kind, layer.name, layer, part) for (kind, part), layer in pairs]
    if has_blocks(model):
        nodes = [(node, None if isinstance(node.layer, Branched) else node.layer) for node in graph_of(model)]
        return [(node.kind, node.name, layer, None) for node, layer in nodes]
    return [(keras_class(layer), layer.name, layer, None) for layer in model.layers]


def trainable_variables(model: BaseModel, config: Config | None = None) -> list[Variable]:
    """The variables that the optimizer changes, in Keras's order."""
    groups = groups_of(model, config=config) if model.trainable else ()
    found = {id(variable): variable for group in groups for variable in group.variables}
    return [variable for variable in found.values() if variable.trainable]


# Writing.


def write_weights(root: Any, layer: Layer) -> None:
    """Write the weights of a layer or model into an HDF5 file."""
    written: set[int] = set()  # a layer that is used twice is written once, as Keras does
    for group in groups_of(layer):
        arrays = [variable.numpy() for variable in group.variables if id(variable) not in written]
        written.update(id(variable) for variable in group.variables)
        _write_group(root, group.path, group.name, arrays)


def write_optimizer(root: Any, model: BaseModel) -> None:
    """Write what the optimizer of a compiled model keeps."""
    assert model.optimizer is not None
    arrays = state_arrays(model.optimizer, trainable_variables(model))
    _write_group(root, "optimizer", model.optimizer.name, arrays)


def _write_group(root: Any, path: str, name: str, arrays: list[Array]) -> None:
    group = root.create_group(f"{path}/vars")
    group.attrs["name"] = name
    for index, values in enumerate(arrays):
        group.create_dataset(str(index), data=values)


# Reading.

Places = list[tuple[Variable, str]]


def find_weights(
    tree: Tree, layer: Layer, config: Config | None = None, skip_mismatch: bool = False
) -> Places:
    """Where the values of all variables lie; of those that fit, with a warning, where the others may be left.

    Raises:
        ValueError: when there are others than those of the layer or model, or their shapes differ.
    """
    places: dict[int, tuple[Variable, str]] = {}
    for group in groups_of(layer, config=config):
        if group.variables and all(id(variable) in places for variable in group.variables):
            continue
        try:
            _refuse_strangers(tree, group)
            found = _find_group(tree, group)
        except ValueError as error:
            if not skip_mismatch:
                raise
            warn_of_mismatch(group.name, error)
        else:
            places |= {id(variable): (variable, place) for variable, place in found}
    return list(places.values())


def warn_of_mismatch(name: str, error: ValueError) -> None:
    """Say that a layer keeps its weights."""
    warnings.warn(f"'{name}' is left as it is: {error}", stacklevel=6)


def _find_group(tree: Tree, group: Group) -> Places:
    path = f"{group.path}/vars".lstrip("/")
    count = len(tree.names(path))
    if count != len(group.variables):
        raise ValueError(f"it holds {count} variables of '{group.name}', which has {len(group.variables)}")
    places = [(variable, f"{path}/{index}") for index, variable in enumerate(group.variables)]
    require_shapes(tree, places)
    return places


def require_shapes(tree: Tree, places: Places) -> None:
    """Raise ValueError where an array does not have the shape of its variable."""
    for variable, place in places:
        shape = tree.shape(place)
        if shape != variable.shape:
            raise ValueError(f"'{place}' in it has shape {shape}; '{variable.path}' has {variable.shape}")


def _refuse_strangers(tree: Tree, group: Group) -> None:
    """Raise ValueError where a file holds variables of layers that the model does not have."""
    path = f"{group.path}/layers".lstrip("/")
    for name in tree.names(path) if group.members else ():
        if name not in group.members and not _is_empty(tree, f"{path}/{name}"):
            raise ValueError(f"it holds the layer '{name}', which '{group.name}' does not have")


def _is_empty(tree: Tree, path: str) -> bool:
    return tree.is_group(path) and set(tree.names(path)) <= {"vars"} and not tree.names(f"{path}/vars")


def read_optimizer(tree: Tree, model: BaseModel, config: Config) -> None:
    """Let the optimizer of a compiled model go on from what a file holds, where it holds the same kind."""
    path = "optimizer/vars"
    if tree.is_group(path):
        read_slots(tree, [f"{path}/{index}" for index in range(len(tree.names(path)))], model, config)


def read_slots(tree: Tree, places: list[str], model: BaseModel, config: Config) -> None:
    """Let the optimizer go on from the arrays at these places, in Keras's order; or warn that it does not."""
    optimizer = model.optimizer
    assert optimizer is not None
    counters = 1 if optimizer.follows_schedule else 2
    slots = slot_order(optimizer, trainable_variables(model, config))
    expected = [()] * counters + [variable.shape for variable, _ in slots]
    expected += [()] if optimizer.kind == "nadam" else []
    if len(places) == counters:  # Keras writes no slots before the first step
        expected, slots = expected[:counters], []
    if [tree.shape(place) for place in places] != expected:
        warn_of_fresh_start(optimizer)  # as of other optimizers, or versions with another order
        return
    values = [tree.read(place, shape) for place, shape in zip(places, expected, strict=True)]
    rate = None if optimizer.follows_schedule else float(values[1])
    pairs = list(zip(slots, values[counters : counters + len(slots)], strict=True))
    restore(optimizer, int(values[0]), rate, pairs)
