"""Keras's old format for whole models, one HDF5 file; it is read, not written.

Arrays lie under the names of their layers, `model_weights/dense/sequential/dense/kernel`, and what the
optimizer keeps under names made of those, `optimizer_weights/adam/sequential_dense_kernel_momentum`. They are
looked up by these names, so that nothing else in the file needs to be believed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from lamella import custom_objects as user_objects
from lamella._types import Config
from lamella.models import Model, Sequential
from lamella.saving import hdf5
from lamella.saving.architecture import rebuild
from lamella.saving.json_text import parse_json
from lamella.saving.keras_config import adapt, adapt_compile
from lamella.saving.keras_graph import inner_layers
from lamella.saving.keras_optimizer import restore, slot_order, warn_of_fresh_start
from lamella.saving.loading import loading
from lamella.utils.optional import require
from lamella.variable import Variable

_MAX_DEPTH = 32
_MAX_ARRAYS = 100_000

_OLD_OPTIMIZER = ("jit_compile", "is_legacy_optimizer", "decay")
"""Entries of Keras 2's optimizers without a counterpart."""


def load(
    path: str | os.PathLike[str], custom_objects: dict[str, Any] | None = None, compile: bool = True
) -> Sequential:
    """Make the model that an old `.h5` file holds; nothing in the file is run."""
    with loading(path), open(path, "rb") as file, hdf5.reading(file) as root:
        config = _json_attribute(root, "model_config")
        if config is None:
            raise ValueError("it holds weights without a model: call load_weights() of a model")
        model = rebuild(adapt(_modern(config)), custom_objects, limit=os.path.getsize(path))
        places = _find_weights(hdf5.subgroup(root, "model_weights"), model)
        for variable, place in places.values():
            variable.assign(hdf5.read(root["model_weights"], place, variable.shape))
        training = _json_attribute(root, "training_config") if compile else None
        if training is not None:
            optimizer = training.pop("optimizer_config")
            entries = optimizer["config"]
            optimizer["config"] = {key: entries[key] for key in entries if key not in _OLD_OPTIMIZER}
            with user_objects.custom_object_scope(custom_objects):
                model.compile_from_config(adapt_compile({**training, "optimizer": optimizer}))
            _read_optimizer(root, model, {key: place for key, (_, place) in places.items()})
    return model


def _json_attribute(root: Any, name: str) -> Config | None:
    """A text of the file; a single one, so that it is no larger than the file."""
    if name not in root.attrs:
        return None
    if root.attrs.get_id(name).shape != ():
        raise ValueError(f"its '{name}' is not a text")
    text = root.attrs[name]
    config = parse_json(text.encode() if isinstance(text, str) else bytes(text), name)
    if not isinstance(config, dict):
        raise ValueError(f"its '{name}' is not a JSON object")
    return config


def _modern(entry: Config) -> Config:
    """The config of a layer or model as Keras 3 has it: an Input says the shape, not the first layer."""
    config = dict(entry["config"])
    shape = config.pop("batch_input_shape", None)
    if entry["class_name"] == "InputLayer" and shape is not None:
        config["batch_shape"] = shape
    if entry["class_name"] in ("Sequential", "Functional", "Model"):
        layers = config["layers"]
        config["layers"] = [*_declaration(layers[:1]), *(_modern(layer) for layer in layers)]
    return {**entry, "config": config}


def _declaration(first: list[Config]) -> list[Config]:
    """The Input before the first layer of a model, where that layer says the shape."""
    if not first or first[0]["class_name"] == "InputLayer" or "batch_input_shape" not in first[0]["config"]:
        return []
    config = {"name": "input", "batch_shape": first[0]["config"]["batch_input_shape"]}
    return [{"class_name": "InputLayer", "config": config}]


# Arrays.


def _find_weights(root: Any, model: Sequential) -> dict[int, tuple[Variable, str]]:
    """Where all variables lie: in the one array whose path ends in the names of layer and variable.

    Raises:
        ValueError: when there is no such array, or another number of arrays than of variables.
    """
    found: dict[int, tuple[Variable, str]] = {}
    for layer in inner_layers(model.layers):
        group = hdf5.child(root, layer.name)
        places = [] if group is None else list(_arrays(group, layer.name))
        by_name = {_last_names(place): place for place in places}
        wanted = list(_named(layer))
        if not len(places) == len(by_name) == len(wanted):
            raise ValueError(f"it holds {len(by_name)} arrays for '{layer.name}', which has {len(wanted)}")
        for name, variable in wanted:
            if name not in by_name:
                raise ValueError(f"it holds no '{name}' for '{layer.name}'")
            if hdf5.shape_of(root, by_name[name]) != variable.shape:
                raise ValueError(f"'{by_name[name]}' does not have the shape {variable.shape}")
            found[id(variable)] = variable, by_name[name]
    return found


def _named(layer: Any) -> Iterator[tuple[str, Variable]]:
    for part in inner_layers(layer.layers) if isinstance(layer, Sequential) else [layer]:
        if isinstance(part, Sequential):
            yield from _named(part)
        else:
            yield from ((f"{part.name}/{variable.name}", variable) for variable in part._variables)


def _arrays(group: Any, path: str, depth: int = 0) -> Iterator[str]:
    """The paths of all datasets in a group."""
    if depth > _MAX_DEPTH or len(group) > _MAX_ARRAYS:
        raise ValueError(f"its groups are nested too deeply, or hold too much, at '{path}'")
    for name in group:
        inner = hdf5.child(group, name)
        if isinstance(inner, require("h5py", "keras").Group):
            yield from _arrays(inner, f"{path}/{name}", depth + 1)
        else:
            yield f"{path}/{name}"


def _last_names(place: str) -> str:
    """Layer and variable at the end of a path, without TensorFlow's number of the output: `kernel:0`."""
    return "/".join(place.removesuffix(":0").split("/")[-2:])


def _read_optimizer(root: Any, model: Model, places: dict[int, str]) -> None:
    """Let the optimizer go on from what the file holds, where Keras 3 wrote it."""
    optimizer = model.optimizer
    assert optimizer is not None
    held = hdf5.child(root, f"optimizer_weights/{optimizer.name}")
    if held is None:
        return
    slots = slot_order(optimizer, model.trainable_weights)
    names = [_slot_name(places[id(variable)], slot) for variable, slot in slots]
    counters = {"iteration"} if optimizer.follows_schedule else {"iteration", "learning_rate"}
    if not {*counters, *names} <= set(held):
        if len(held) > 2:  # Keras keeps no slots before the first step
            warn_of_fresh_start(optimizer)
        return
    values = [hdf5.read(held, name, slot[0].shape) for name, slot in zip(names, slots, strict=True)]
    iterations = int(hdf5.read(held, "iteration", ()))
    rate = float(hdf5.read(held, "learning_rate", ())) if "learning_rate" in counters else None
    restore(optimizer, iterations, rate, list(zip(slots, values, strict=True)))


def _slot_name(place: str, slot: str) -> str:
    """The name of a slot: `sequential_dense_kernel_momentum` for `dense/sequential/dense/kernel`."""
    return f"{place.partition('/')[2].replace('/', '_')}_{slot}"
