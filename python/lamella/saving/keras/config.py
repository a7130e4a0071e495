"""Configs as Keras 3 writes them in `config.json`, and what is made of those.

Entries that have their default are left out: versions of Keras that do not know the newest ones read such
configs too.
"""

from __future__ import annotations

import inspect
from typing import Any

from lamella import constraints, initializers, layers, losses, metrics, optimizers, regularizers
from lamella.base.checks import shown
from lamella.base.types import Config
from lamella.graph.base_model import BaseModel
from lamella.layers import InputLayer, Layer
from lamella.layers.merging.branches import Branched
from lamella.layers.stack import Stack
from lamella.saving.architecture import require_tree
from lamella.saving.keras.branches import sequential_config
from lamella.saving.keras.graph import Node, graph_of, has_blocks

_MODULES = {
    "keras.layers": layers,
    "keras.initializers": initializers,
    "keras.regularizers": regularizers,
    "keras.constraints": constraints,
    "keras.losses": losses,
    "keras.metrics": metrics,
    "keras.optimizers": optimizers,
    "keras.optimizers.schedules": optimizers.schedules,
}
KERAS_VERSION = "3.15.1"
"""The version whose files these are."""

_INDIFFERENT = ("run_eagerly", "steps_per_execution", "jit_compile", "auto_scale_loss")
"""Arguments of Keras's `compile` that change how fast it is, not what comes out."""

_SEQUENTIAL = ("name", "trainable", "dtype", "layers", "build_input_shape", "seed")


# Writing.


def describe_model(model: BaseModel) -> Config:
    """The config of a model, with what it was compiled with.

    Raises:
        ValueError: for what a config cannot say.
    """
    require_tree(model)
    config = describe(model, frozen=not model.trainable)
    compiled = model.get_compile_config()
    if compiled is not None:
        kept = ("optimizer", "loss", "metrics", "weighted_metrics")
        config["compile_config"] = {key: _minimal(compiled[key]) or None for key in kept}
    return config


def describe(layer: Layer, frozen: bool = False) -> Config:
    """The config of a layer or model, all of it not trainable where it is frozen."""
    if isinstance(layer, InputLayer):
        shape = {"batch_shape": list(layer.batch_shape), "dtype": layer.dtype, "name": layer.name}
        return {**layers.serialize(layer), "config": shape}
    if not isinstance(layer, Stack):
        config: Config = _minimal(layers.serialize(layer))
        config.pop("build_config", None)
        if frozen:
            config["config"]["trainable"] = False
        return config
    if has_blocks(layer):
        return _functional(layer, frozen)
    # Keras does not look at `trainable` of a Sequential, and a functional model hands it on to its layers.
    config = {"name": layer.name, "layers": [describe(part, frozen) for part in layer.written_layers]}
    if not layer.trainable:
        config["trainable"] = False
    if layer.seed is not None:  # which Keras does not look at
        config["seed"] = layer.seed
    if layer.built:
        config["build_input_shape"] = list(layer.input_shape)
    return {"module": "keras", "class_name": "Sequential", "config": config, "registered_name": None}


def _functional(model: Stack, frozen: bool) -> Config:
    nodes = graph_of(model)
    by_name = {node.name: node for node in nodes}
    last = nodes[-1]
    config: Config = {
        "name": model.name,
        "layers": [_entry(node, by_name, frozen) for node in nodes],
        "input_layers": [nodes[0].name, 0, 0],
        # A functional model has a node of its own before it is called.
        "output_layers": [last.name, 1 if last.kind == "Functional" else 0, 0],
    }
    return {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "config": config,
        "registered_name": "Functional",
    }


def _entry(node: Node, by_name: dict[str, Node], frozen: bool) -> Config:
    tensors: list[Any] = [_tensor(by_name[name]) for name in node.inputs]
    if isinstance(node.layer, Branched):
        entry, arguments = _merge(node, node.layer, by_name), [tensors]
    else:
        entry, arguments = describe(node.layer, frozen), tensors
    entry["config"]["name"] = entry["name"] = node.name
    entry["inbound_nodes"] = [{"args": arguments, "kwargs": {}}] if tensors else []
    return entry


def _merge(node: Node, block: Branched, by_name: dict[str, Node]) -> Config:
    """The layer at the end of a block; its numeric type is that of the layers before it."""
    source = node
    while isinstance(source.layer, Branched):
        source = by_name[source.inputs[0]]
    config: Config = {"dtype": source.layer.dtype}
    if block.activity_regularizer is not None:
        config["activity_regularizer"] = _minimal(regularizers.serialize(block.activity_regularizer))
    return {"module": "keras.layers", "class_name": node.kind, "config": config, "registered_name": None}


def _tensor(node: Node) -> Config:
    config = {"shape": list(node.shape), "dtype": "float32", "keras_history": [node.name, 0, 0]}
    return {"class_name": "__keras_tensor__", "config": config}


_READ_BY_KEY = {"Constant": ("value",), "Rescaling": ("scale", "offset")}
"""Entries that Keras's `from_config` reads whether they are there or not."""


def _minimal(value: Any) -> Any:
    """A config without the entries that have their default, and so those inside it."""
    if isinstance(value, list):
        return [_minimal(entry) for entry in value]
    if not isinstance(value, dict) or "class_name" not in value:
        return value
    cls = getattr(_MODULES.get(value.get("module", "")), value["class_name"], None)
    if cls is None:
        return value
    config = value["config"]
    kept = {key: _minimal(config[key]) for key in _not_default(cls, config)}
    if isinstance(config.get("dtype"), dict):
        kept["dtype"] = config["dtype"]["config"]["name"]
    return {**value, "config": kept}


def _not_default(cls: Any, config: Config) -> list[str]:
    parameters = inspect.signature(cls).parameters
    needed = {
        name: config[name]
        for name, parameter in parameters.items()
        if parameter.default is parameter.empty and name in config
    }
    defaults = cls.from_config(
        {**needed, "name": config["name"]} if "name" in config else needed
    ).get_config()
    always = {"name", *needed, *_READ_BY_KEY.get(cls.__name__, ())}
    kept = []
    for key, value in config.items():
        # A default of None may stand for something that follows from the other arguments.
        default = parameters[key].default if key in parameters else defaults.get(key)
        is_default = value is None if default is None else value == defaults.get(key)
        if key in always or not is_default:
            kept.append(key)
    return kept


# Reading.


def adapt(entry: Config) -> Config:
    """A layer or model of Keras's as this library reads it.

    Raises:
        ValueError: for a functional model that is not made of stacks and blocks, or an entry of a model that
            is not supported.
    """
    if entry["class_name"] in ("Functional", "Model"):
        config = sequential_config(entry["config"], adapt)
    elif entry["class_name"] == "Sequential":
        config = dict(entry["config"])
        unknown = {
            key: value for key, value in config.items() if key not in _SEQUENTIAL and value is not None
        }
        if unknown:
            raise ValueError(f"Sequential does not support these entries of its config: {unknown}")
        config["layers"] = [adapt(layer) for layer in config["layers"]]
    else:
        return entry
    return {"class_name": "Sequential", "config": config}


def adapt_compile(config: Any) -> Config:
    """The arguments of `compile` without those that make no difference; ValueError for something else."""
    if not isinstance(config, dict):
        raise ValueError(f"its 'compile_config' must be a dictionary. It is {shown(config)}")
    return {key: value for key, value in config.items() if key not in _INDIFFERENT}
