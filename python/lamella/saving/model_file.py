"""The format of this library: one safetensors file, which any reader of safetensors opens.

Tensors are named `layers.<i>.<layer name>.<variable>` and `optimizer.<tensor name>.<slot>`. The metadata hold
`format` ("lamella"), `lamella` (JSON: versions, the names of the weights in their order, and, for a whole
model, its config, the arguments of `compile` and what the optimizer counts) and `checksum` (of all of it).
"""

from __future__ import annotations

import os
import warnings
from typing import Any

from lamella import _core
from lamella import custom_objects as user_objects
from lamella._types import Array, Config
from lamella.layers import Layer
from lamella.models import Model, Sequential
from lamella.optimizers.state import OptimizerState
from lamella.saving.architecture import describe, named_variables, rebuild
from lamella.saving.json_text import parse_json, write_json
from lamella.saving.loading import loading
from lamella.saving.tensor_file import TensorFile, open_tensors, type_name, write_tensors
from lamella.variable import Variable

_VERSION = 1


def save(model: Model, path: str | os.PathLike[str]) -> None:
    """Write a model, with its optimizer where it is compiled."""
    content: Config = {"model": describe(model)}
    tensors = describe_weights(model, content)
    if model._compiled is not None:
        content["compile"] = model._compiled.get_config()
        content["seed"] = model._compiled.seed
        tensors |= describe_optimizer(model, content)
    write(path, content, tensors)


def save_weights(layer: Layer, path: str | os.PathLike[str]) -> None:
    """Write the weights of a layer or model."""
    content: Config = {}
    write(path, content, describe_weights(layer, content))


def load(
    path: str | os.PathLike[str], custom_objects: dict[str, Any] | None = None, compile: bool = True
) -> Sequential:
    """Make the model that a file holds; nothing in the file is run."""
    with loading(path), open_tensors(path) as file:
        content = read_content(file)
        if "model" not in content:
            raise ValueError("it holds weights without a model: call load_weights() of a model")
        model = rebuild(content["model"], custom_objects, limit=file.data_bytes)
        variables = dict(zip(content["weights"], model.weights, strict=True))
        arrays = read_arrays(file, variables)
        if compile and content.get("compile") is not None:
            with user_objects.custom_object_scope(custom_objects):
                model.compile_from_config(content["compile"])
            restore_optimizer(model, content, variables, arrays)
    return model


def load_weights(layer: Layer, path: str | os.PathLike[str], skip_mismatch: bool = False) -> None:
    """Give a layer or model the weights of a file, one after the other; all of them or none."""
    with loading(path), open_tensors(path) as file:
        names, weights = read_content(file)["weights"], layer.weights
        if len(names) != len(weights) and not skip_mismatch:
            raise ValueError(f"it holds {len(names)} weights, and '{layer.name}' has {len(weights)}")
        pairs = []
        for name, variable in zip(names, weights, strict=False):
            try:
                file.require(name, variable)
            except ValueError as error:
                if not skip_mismatch:
                    raise
                warnings.warn(f"'{variable.path}' is left as it is: {error}", stacklevel=4)
            else:
                pairs.append((name, variable))
        arrays = read_arrays(file, {})
        for name, variable in pairs:
            variable.assign(arrays[name])


# Writing.


def describe_weights(layer: Layer, content: Config) -> dict[str, Array]:
    """The weights under their names; notes the names' order in `content`."""
    tensors = {name: variable.numpy() for name, variable in named_variables(layer)}
    content["weights"] = list(tensors)
    return tensors


def describe_optimizer(model: Model, content: Config) -> dict[str, Array]:
    """The slots under their names; notes in `content` how many steps were taken, and whose slots they are."""
    assert model.optimizer is not None
    state = model.optimizer.state()
    if state is None:
        return {}
    names = {id(variable): name for name, variable in named_variables(model)}
    slots = [
        (names[id(variable)], slot, values)
        for variable, slot, values in state.slots
        if id(variable) in names  # and not of a layer that was taken off
    ]
    content["optimizer"] = {
        "iterations": state.iterations,
        "slots": [[name, slot] for name, slot, _ in slots],
    }
    return {_slot_name(name, slot): values for name, slot, values in slots}


def write(path: str | os.PathLike[str], content: Config, tensors: dict[str, Array]) -> None:
    """Write tensors and what there is to say of them, under a checksum."""
    text = write_json({"version": _VERSION, "lamella": _core.__version__, **content})
    parts = {name: (type_name(a), a.shape, _core.checksum(a)) for name, a in tensors.items()}
    metadata = {"format": "lamella", "lamella": text, "checksum": checksum_of(text, parts)}
    write_tensors(path, tensors, metadata)


# Reading.


def read_content(file: TensorFile) -> Config:
    """What a file says of its tensors.

    Raises:
        ValueError: when another program or a later version wrote it.
    """
    if file.metadata.get("format") != "lamella":
        raise ValueError("it was not written by lamella; load_torch_state_dict() reads weights of others")
    content = parse_json(file.metadata["lamella"].encode(), "its description")
    if not isinstance(content, dict) or content.get("version") != _VERSION:
        raise ValueError(f"it was written by a later version: lamella {content.get('lamella')}")
    return content


def verify(file: TensorFile, variables: dict[str, Variable]) -> dict[str, Array]:
    """Read all tensors as arrays, and assign none; raises ValueError as `read_arrays`."""
    for name, variable in variables.items():
        file.require(name, variable)
    return read_arrays(file, {})


def read_arrays(file: TensorFile, variables: dict[str, Variable]) -> dict[str, Array]:
    """Read all tensors, those of these variables into them; returns the others.

    Raises:
        ValueError: when one does not fit its variable, before any is read, or when the checksum is wrong.
    """
    for name, variable in variables.items():
        file.require(name, variable)
    arrays, parts = {}, {}
    for name, info in file.tensors.items():
        if name in variables:
            checksum = file.read_into(variables[name], name)
        else:
            arrays[name] = file.read(name)
            checksum = _core.checksum(arrays[name])
        parts[name] = info.dtype, info.shape, checksum
    if file.metadata.get("checksum") != checksum_of(file.metadata["lamella"], parts):
        raise ValueError("its checksum is wrong: it was damaged after it was written")
    return arrays


def restore_optimizer(
    model: Model, content: Config, variables: dict[str, Variable], arrays: dict[str, Array]
) -> None:
    """Give a compiled model the seed, steps and slots of its file."""
    assert model._compiled is not None
    model._compiled.seed = int(content["seed"])
    entries = content.get("optimizer")
    if entries is None:
        return
    slots: list[tuple[_core.Variable, str, Array]] = []
    for name, slot in entries["slots"]:
        variable, values = variables[name], arrays[_slot_name(name, slot)]
        if (values.shape, values.dtype.name) != (variable.shape, variable.dtype):
            raise ValueError(f"slot '{slot}' of '{name}' does not have the variable's type and shape")
        slots.append((variable, slot, values))
    iterations = int(entries["iterations"])
    if not 0 <= iterations < 1 << 63:
        raise ValueError(f"the optimizer cannot have taken {iterations} steps")
    model._compiled.optimizer.set_state(OptimizerState(iterations, slots))


def _slot_name(name: str, slot: str) -> str:
    return f"optimizer.{name}.{slot}"


def checksum_of(text: str, parts: dict[str, tuple[str, tuple[int, ...], int]]) -> str:
    """The checksum of a file: of its description, and of type, shape and checksum of each tensor."""
    tensors = [[name, *entry] for name, entry in sorted(parts.items())]
    return f"{_core.checksum(write_json([text, tensors]).encode()):016x}"
