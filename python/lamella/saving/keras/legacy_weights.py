"""Weights in Keras's old HDF5 files: layer by layer, in the order of the names that attributes list.

The attribute `layer_names` lists the layers; `weight_names` of the group of each, where its arrays lie. The
trainable ones of a layer, or of a model in the place of one, come first.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from lamella.base.types import Array, Config
from lamella.graph.base_model import BaseModel
from lamella.layers import Layer
from lamella.layers.stack import Stack
from lamella.saving.keras.hdf5 import Tree
from lamella.saving.keras.optimizer import slot_names, state_arrays
from lamella.saving.keras.weights import (
    Places,
    groups_of,
    parts_of,
    require_shapes,
    trainable_variables,
    warn_of_mismatch,
)
from lamella.variable import Variable

_MAX_NAMES = 4000
"""Names in an attribute: HDF5 keeps up to 64 KB in one."""

_Named = list[tuple[str, Variable]]


def root_of_weights(tree: Tree) -> str | None:
    """The path of the weights in a file of the old format, None in a file of another one."""
    for path in ("", "model_weights"):
        if tree.is_group(path) and tree.texts(path, "layer_names"):
            return path
    return None


def find_weights(
    tree: Tree, root: str, model: Layer, config: Config | None = None, skip_mismatch: bool = False
) -> Places:
    """Where the values of all variables lie: the n-th layer with weights takes those of the n-th.

    Raises:
        ValueError: when there are others than those of the model.
    """
    if not isinstance(model, Stack):
        raise ValueError(f"it holds the weights of a model, and '{model.name}' is none")
    layers = [(name, weights) for name, weights in _layers_of(model, config) if weights]
    held = _layers_in(tree, root)
    if len(layers) != len(held):
        raise ValueError(
            f"it holds the weights of {len(held)} layers, and '{model.name}' has {len(layers)} with weights"
        )
    places: Places = []
    for (name, weights), (other, paths) in zip(layers, held, strict=True):
        try:
            found = _match(name, weights, other, paths)
            require_shapes(tree, found)
        except ValueError as error:
            if not skip_mismatch:
                raise
            warn_of_mismatch(name, error)
        else:
            places += found
    return places


def _layers_in(tree: Tree, root: str) -> list[tuple[str, list[str]]]:
    """The layers of a file that have weights, and where these lie."""
    found = []
    for name in tree.texts(root, "layer_names"):
        group = f"{root}/{name}".lstrip("/")
        paths = [f"{group}/{place}" for place in tree.texts(group, "weight_names")]
        if paths:
            found.append((name, paths))
    return found


def _layers_of(model: Stack, config: Config | None = None) -> list[tuple[str, _Named]]:
    """The layers of a model, and their variables under the names of the layers they are in."""
    found: list[tuple[str, _Named]] = []
    seen: set[int] = set()
    for _, name, layer, part in parts_of(model, config):
        groups = [] if layer is None else list(groups_of(layer, config=part))
        weights = [(group.name, variable) for group in groups for variable in group.variables]
        new = [(owner, variable) for owner, variable in weights if id(variable) not in seen]
        seen.update(id(variable) for _, variable in new)
        found.append((name, sorted(new, key=lambda pair: not pair[1].trainable)))
    return found


def _match(name: str, weights: _Named, other: str, paths: list[str]) -> Places:
    """Which array is whose: by the names of layer and variable or, where these are others, by the order."""
    if len(weights) != len(paths):
        raise ValueError(f"it holds {len(paths)} weights for '{other}'; '{name}' has {len(weights)}")
    variables = [variable for _, variable in weights]
    for depth in (2, 1):
        names = ["/".join([owner, variable.name][-depth:]) for owner, variable in weights]
        by_name = {_last_names(path, depth): path for path in paths}
        if len(by_name) == len(paths) and set(by_name) == set(names):
            return [(variable, by_name[key]) for variable, key in zip(variables, names, strict=True)]
    for variable, path in zip(variables, paths, strict=True):
        last = _last_names(path, 1)
        if last != variable.name and last in {other.name for other in variables}:
            raise ValueError(f"'{path}' in it stands in the place of '{variable.path}'")
    return list(zip(variables, paths, strict=True))


def _last_names(path: str, depth: int) -> str:
    """Layer and variable at the end of a path, without TensorFlow's number of the output: `kernel:0`."""
    return "/".join(path.removesuffix(":0").split("/")[-depth:])


def places_of_slots(tree: Tree) -> list[str]:
    """Where the arrays of the optimizer lie, in their order."""
    if not tree.is_group("optimizer_weights"):
        return []
    return [f"optimizer_weights/{name}" for name in tree.texts("optimizer_weights", "weight_names")]


# Writing.


def write_weights(root: Any, model: Stack) -> None:
    """Write the weights of a model into a group."""
    layers = _layers_of(model)
    _write_names(root, "layer_names", [name for name, _ in layers])
    for name, weights in layers:
        group = root.require_group(name)
        arrays = [(variable.path, variable.numpy()) for _, variable in weights]
        _write_arrays(group, arrays)


def write_optimizer(root: Any, model: BaseModel) -> None:
    """Write what the optimizer of a compiled model keeps into a group."""
    optimizer = model.optimizer
    assert optimizer is not None
    variables = trainable_variables(model)
    names = [f"{optimizer.name}/{name}" for name in slot_names(optimizer, variables)]
    _write_arrays(root, list(zip(names, state_arrays(optimizer, variables), strict=True)))


def _write_arrays(group: Any, arrays: list[tuple[str, Array]]) -> None:
    """Write arrays, each under a name of its own, and list the names."""
    seen: Counter[str] = Counter()
    names = []
    for name, values in arrays:
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
        group.create_dataset(names[-1], data=np.asarray(values))
    _write_names(group, "weight_names", names)


def _write_names(group: Any, attribute: str, names: list[str]) -> None:
    if len(names) <= _MAX_NAMES:
        group.attrs[attribute] = [name.encode() for name in names]
        return
    for index, start in enumerate(range(0, len(names), _MAX_NAMES)):
        group.attrs[f"{attribute}{index}"] = [name.encode() for name in names[start : start + _MAX_NAMES]]
