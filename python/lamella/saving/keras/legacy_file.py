"""Keras's old format for whole models, one HDF5 file.

The attributes `model_config` and `training_config` hold JSON; the groups `model_weights` and
`optimizer_weights` the arrays, whose names attributes list.
"""

from __future__ import annotations

import json
import os
from typing import Any

from lamella import losses, metrics
from lamella.base.types import Config
from lamella.graph.base_model import BaseModel
from lamella.layers.stack import Stack
from lamella.saving.architecture import naming, rebuild
from lamella.saving.json_text import parse_json, write_json
from lamella.saving.keras import hdf5, legacy_weights
from lamella.saving.keras.config import KERAS_VERSION, adapt, describe_model
from lamella.saving.keras.legacy_config import modern, modern_training
from lamella.saving.keras.weights import read_slots
from lamella.saving.loading import checked_seed, compile_saved, loading

_METRICS = ("metrics", "weighted_metrics")

_BY_TARGETS = ("accuracy", "acc", "crossentropy", "ce")
"""Names that `compile` settles when it sees targets."""


def save(model: BaseModel, path: str | os.PathLike[str]) -> None:
    """Write a model, with its optimizer where it is compiled, so that Keras 3 loads it."""
    with naming(path):
        config = describe_model(model)
    compiled = config.pop("compile_config", None)
    attributes = {"keras_version": KERAS_VERSION, "backend": "numpy", "model_config": write_json(config)}
    if compiled is not None:
        attributes["training_config"] = write_json(_training(compiled))
        attributes["lamella_seed"] = json.dumps(model.training_seed)
    hdf5.write(path, lambda root: _fill(root, model, attributes))


def _training(compiled: Config) -> Config:
    """The arguments of `compile` in the old form; Keras does not read second names of losses there."""
    loss = compiled["loss"]
    if isinstance(loss, str) and loss not in _BY_TARGETS:
        loss = losses.serialize(losses.get(loss))
    return {
        "optimizer_config": compiled["optimizer"],
        "loss": loss,
        "loss_weights": None,
        **{key: [_spelt_out(metric) for metric in compiled[key] or ()] or None for key in _METRICS},
    }


def _spelt_out(metric: Any) -> Any:
    if not isinstance(metric, str) or metric in _BY_TARGETS:
        return metric
    named = metrics.get(metric)
    named.name = metric
    return metrics.serialize(named)


def _fill(root: Any, model: BaseModel, attributes: dict[str, str]) -> None:
    assert isinstance(model, Stack)
    for name, text in attributes.items():
        root.attrs[name] = text
    legacy_weights.write_weights(root.create_group("model_weights"), model)
    if model.optimizer is not None:
        legacy_weights.write_optimizer(root.create_group("optimizer_weights"), model)


def load(
    path: str | os.PathLike[str], custom_objects: dict[str, Any] | None = None, compile: bool = True
) -> BaseModel:
    """Make the model that an old `.h5` file holds; nothing in the file is run."""
    with loading(path), open(path, "rb") as file, hdf5.reading(file) as tree:
        config = _json_attribute(tree, "model_config")
        if config is None:
            raise ValueError("it holds weights without a model: call load_weights() of a model")
        config = modern(config)
        model = rebuild(adapt(config), custom_objects, limit=os.path.getsize(path))
        for variable, place in legacy_weights.find_weights(tree, "model_weights", model, config["config"]):
            variable.assign(tree.read(place, variable.shape))
        training = _json_attribute(tree, "training_config") if compile else None
        if training is not None:
            with compile_saved(custom_objects):
                model.compile_from_config(modern_training(training))
            places = legacy_weights.places_of_slots(tree)
            if places:
                read_slots(tree, places, model, config["config"])
            seed = tree.text("", "lamella_seed")
            if seed is not None:
                model.training_seed = checked_seed(parse_json(seed.encode(), "its seed"))
    return model


def _json_attribute(tree: hdf5.Tree, name: str) -> Config | None:
    text = tree.text("", name)
    config = None if text is None else parse_json(text.encode(), f"its '{name}'")
    if config is not None and not isinstance(config, dict):
        raise ValueError(f"its '{name}' is not a JSON object")
    return config
