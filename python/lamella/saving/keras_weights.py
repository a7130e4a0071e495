"""The tree of variables in Keras's HDF5 files.

The variables of a layer lie in `<path>/vars` as `0`, `1`, ...; the layers of a model in `<path>/layers`, as
`dense`, `dense_1`, ... by their classes in Keras's order; those of the optimizer in `optimizer/vars`.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

from lamella._types import Array, Config
from lamella.layers import Layer
from lamella.layers.branches import Branched
from lamella.models import Model, Sequential
from lamella.naming import snake_case
from lamella.saving import hdf5
from lamella.saving.keras_graph import graph_of, has_blocks, inner_layers, keras_class
from lamella.saving.keras_optimizer import restore, slot_order, state_arrays, warn_of_fresh_start
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
    if not isinstance(layer, Sequential):
        yield Group(path, layer.name, layer._variables, set())
        return
    counts: dict[str, int] = {}
    places = []
    for kind, name, part, part_config in _parts(layer, config):
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


def _parts(model: Sequential, config: Config | None) -> list[tuple[str, str, Layer | None, Config | None]]:
    """Class, name, layer and config of the layers of a model, in Keras's order; no layer where none is."""
    if config is not None:
        by_name = {layer.name: layer for layer in inner_layers(model.layers)}
        entries = [(entry["class_name"], entry["config"]) for entry in config["layers"]]
        return [(kind, part["name"], by_name.get(part["name"]), part) for kind, part in entries]
    if has_blocks(model):
        nodes = [(node, None if isinstance(node.layer, Branched) else node.layer) for node in graph_of(model)]
        return [(node.kind, node.name, layer, None) for node, layer in nodes]
    return [(keras_class(layer), layer.name, layer, None) for layer in model.layers]


def _trainable(model: Model, config: Config | None = None) -> list[Variable]:
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


def write_optimizer(root: Any, model: Model) -> None:
    """Write what the optimizer of a compiled model keeps."""
    assert model.optimizer is not None
    arrays = state_arrays(model.optimizer, _trainable(model))
    _write_group(root, "optimizer", model.optimizer.name, arrays)


def _write_group(root: Any, path: str, name: str, arrays: list[Array]) -> None:
    group = root.create_group(f"{path}/vars")
    group.attrs["name"] = name
    for index, values in enumerate(arrays):
        group.create_dataset(str(index), data=values)


# Reading.

Places = list[tuple[Variable, str]]


def find_weights(
    root: Any, layer: Layer, config: Config | None = None, skip_mismatch: bool = False
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
            _refuse_strangers(root, group)
            found = _find_group(root, group)
        except ValueError as error:
            if not skip_mismatch:
                raise
            warnings.warn(f"'{group.name}' is left as it is: {error}", stacklevel=5)
        else:
            places |= {id(variable): (variable, place) for variable, place in found}
    return list(places.values())


def _find_group(root: Any, group: Group) -> Places:
    path = f"{group.path}/vars".lstrip("/")
    held = hdf5.child(root, path)
    count = 0 if held is None else len(held)
    if count != len(group.variables):
        raise ValueError(f"it holds {count} variables of '{group.name}', which has {len(group.variables)}")
    places = [(variable, f"{path}/{index}") for index, variable in enumerate(group.variables)]
    for variable, place in places:
        shape = hdf5.shape_of(root, place)
        if shape != variable.shape:
            raise ValueError(f"'{place}' has shape {shape}; '{variable.path}' has {variable.shape}")
    return places


def _refuse_strangers(root: Any, group: Group) -> None:
    """Raise ValueError where a file holds variables of layers that the model does not have."""
    held = hdf5.child(root, f"{group.path}/layers".lstrip("/"))
    for name in () if held is None or not group.members else held:
        if name not in group.members and not _is_empty(hdf5.subgroup(held, name)):
            raise ValueError(f"it holds the layer '{name}', which '{group.name}' does not have")


def _is_empty(group: Any) -> bool:
    return set(group) <= {"vars"} and ("vars" not in group or len(hdf5.subgroup(group, "vars")) == 0)


def read_optimizer(root: Any, model: Model, config: Config) -> None:
    """Let the optimizer of a compiled model go on from what a file holds, where it holds the same kind."""
    optimizer, held = model.optimizer, hdf5.child(root, "optimizer/vars")
    assert optimizer is not None
    if held is None:
        return
    slots = slot_order(optimizer, _trainable(model, config))
    rates = 0 if optimizer.follows_schedule else 1
    expected = 1 + rates + len(slots) + (optimizer.kind == "nadam")
    if len(held) == 1 + rates:  # Keras writes no slots before the first step
        expected, slots = 1 + rates, []
    names = [str(1 + rates + index) for index in range(len(slots))]
    shapes = [variable.shape for variable, _ in slots]
    if len(held) != expected or [hdf5.shape_of(held, name) for name in names] != shapes:
        warn_of_fresh_start(optimizer)  # as of other optimizers, or versions with another order
        return
    values = [hdf5.read(held, name, shape) for name, shape in zip(names, shapes, strict=True)]
    iterations = int(hdf5.read(held, "0", ()))
    rate = float(hdf5.read(held, "1", ())) if rates else None
    restore(optimizer, iterations, rate, list(zip(slots, values, strict=True)))
