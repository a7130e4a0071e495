"""Configs of Keras 2, and of Keras 3's old format, as Keras 3 writes them today.

Where an entry can mean one thing only, it is put into its new form; what is left is read, or refused by name,
as every other config.
"""

from __future__ import annotations

from typing import Any

from lamella.base.checks import shown
from lamella.base.types import Config

_MODELS = ("Sequential", "Functional", "Model")

_OF_KERNELS = ("kernel_initializer", "kernel_regularizer", "kernel_constraint")
"""Entries that Keras 2 inherits and does not use where the kernels have other names."""

_WITHOUT_GROUPS = ("DepthwiseConv", "SeparableConv", "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose")
"""How classes begin that have one group, and say so in Keras 2."""

_OLD_NAMES = {
    "kullback_leibler_divergence": "kl_divergence",
    "logcosh": "log_cosh",
    "cosine_proximity": "cosine_similarity",
    "cosine": "cosine_similarity",
    "huber_loss": "huber",
}
"""Losses and metrics by their names in Keras 2."""

_OF_OLD_OPTIMIZERS = ("jit_compile", "is_legacy_optimizer")
"""Entries of Keras 2's optimizers that change nothing."""


def modern(entry: Any) -> Config:
    """The config of a layer or model, in it the names that its entry has beside it.

    Raises:
        ValueError: for something that is not a config.
    """
    kind = entry.get("class_name") if isinstance(entry, dict) else None
    if not isinstance(kind, str):
        raise ValueError(f"a layer must be a dictionary with the name of its class. It is {shown(entry)}")
    config = entry.get("config", None if kind in _MODELS else {})
    if kind == "Sequential" and isinstance(config, list):  # of Keras 2 before 2.2.3
        config = {"layers": config}
    if not isinstance(config, dict):
        raise ValueError(f"the entry 'config' of a {kind} must be a dictionary. It is {shown(config)}")
    config = dict(config)
    shape = config.pop("batch_input_shape", None)
    if kind == "InputLayer":
        config.pop("trainable", None)
        config |= {} if shape is None else {"batch_shape": shape}
    if isinstance(entry.get("name"), str):
        config.setdefault("name", entry["name"])
    if kind in _MODELS:
        config["layers"] = _modern_layers(kind, config.get("layers"))
        return {**entry, "config": config}
    return {**entry, "config": _modern_entries(kind, config)}


def _modern_layers(kind: str, layers: Any) -> list[Config]:
    """The layers of a model: an Input says the shape, not the first layer."""
    if not isinstance(layers, list):
        raise ValueError(f"the entry 'layers' of a {kind} model must be a list. It is {shown(layers)}")
    entries = [modern(layer) for layer in layers]
    first = layers[0].get("config") if layers else None
    if kind == "Sequential" and entries and entries[0]["class_name"] != "InputLayer":
        shape = first.get("batch_input_shape") if isinstance(first, dict) else None
        if shape is not None:
            entries.insert(0, {"class_name": "InputLayer", "config": {"batch_shape": shape}})
    return entries


def _modern_entries(kind: str, config: Config) -> Config:
    if kind == "LeakyReLU" and "alpha" in config:
        config["negative_slope"] = config.pop("alpha")
    if kind.startswith(_WITHOUT_GROUPS) and config.get("groups") in (None, 1):
        config.pop("groups", None)
    if kind.startswith(("DepthwiseConv", "SeparableConv")):
        config = {key: value for key, value in config.items() if key not in _OF_KERNELS}
    axis = config.get("axis")
    if isinstance(axis, list) and len(axis) == 1:
        config["axis"] = axis[0]
    for key in config:
        if key.endswith("_initializer"):
            config[key] = _modern_initializer(config[key])
    return config


def _modern_initializer(value: Any) -> Any:
    """An initializer without the numeric type, which is the layer's."""
    entries = value.get("config") if isinstance(value, dict) else None
    if not isinstance(entries, dict):
        return value
    entries = {key: entry for key, entry in entries.items() if key != "dtype"}
    if entries.get("distribution") == "normal":
        entries["distribution"] = "truncated_normal"
    return {**value, "config": entries}


# What a model was compiled with.


def modern_training(training: Config) -> Config:
    """The arguments of `compile`.

    Raises:
        ValueError: for something that has no form here.
    """
    known = {key: training.get(key) for key in ("loss", "metrics", "weighted_metrics")}
    others = {
        key: value
        for key, value in training.items()
        if key not in (*known, "optimizer_config") and value not in (None, 1, [], {})
    }
    return {
        "optimizer": _modern_optimizer(training.get("optimizer_config")),
        "loss": _modern_score(_of_one_output(known["loss"])),
        "metrics": _modern_metrics(known["metrics"]),
        "weighted_metrics": _modern_metrics(known["weighted_metrics"]),
        **others,
    }


def _modern_optimizer(optimizer: Any) -> Config:
    kind = optimizer.get("class_name") if isinstance(optimizer, dict) else None
    entries = optimizer.get("config") if isinstance(optimizer, dict) else None
    if not isinstance(kind, str) or not isinstance(entries, dict):
        raise ValueError(f"it does not say which optimizer there was, but {shown(optimizer)}")
    config = {key: value for key, value in entries.items() if key not in _OF_OLD_OPTIMIZERS}
    if "lr" in config:
        config.setdefault("learning_rate", config.pop("lr"))
    if config.get("epsilon", 0) is None:  # the one of Keras's settings
        del config["epsilon"]
    decay = config.pop("decay", None)
    if decay:  # the rate / (1 + decay * updates)
        if not isinstance(config.get("learning_rate"), (int, float)):
            raise ValueError(f"its optimizer has a decay of {shown(decay)} and no number as learning rate")
        schedule = {
            "initial_learning_rate": config["learning_rate"],
            "decay_steps": 1,
            "decay_rate": decay,
        }
        config["learning_rate"] = {"class_name": "InverseTimeDecay", "config": schedule}
    return {**optimizer, "class_name": kind.removeprefix("Custom>"), "config": config}


def _of_one_output(value: Any) -> Any:
    """What stands in a list or a dictionary because models may have several outputs."""
    while isinstance(value, (list, dict)) and len(value) == 1 and "class_name" not in value:
        value = value[0] if isinstance(value, list) else next(iter(value.values()))
    return value


def _modern_metrics(metrics: Any) -> Any:
    if isinstance(metrics, dict) and len(metrics) == 1:  # by the name of the output
        metrics = next(iter(metrics.values()))
    if isinstance(metrics, list):
        return [_modern_metrics(metric) for metric in metrics]
    return _modern_score(metrics)


def _modern_score(score: Any) -> Any:
    """A loss or metric: Keras 2 names the function that a class wraps."""
    if isinstance(score, str):
        return _OLD_NAMES.get(score, score)
    config = score.get("config") if isinstance(score, dict) else None
    if not isinstance(config, dict):
        return score
    entries = {key: value for key, value in config.items() if key != "fn"}
    if entries.get("reduction") == "auto":
        entries["reduction"] = "sum_over_batch_size"
    kind, function = score.get("class_name"), config.get("fn")
    if kind in ("MeanMetricWrapper", "LossFunctionWrapper") and isinstance(function, str):
        kind = _OLD_NAMES.get(function, function)
    elif kind in ("MeanMetricWrapper", "LossFunctionWrapper"):
        return score
    return {**score, "class_name": kind, "config": entries}
