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
from lamella.base.checks import shown
from lamella.base.types import Array, Config
from lamella.graph.base_model import BaseModel
from lamella.layers import Layer
from lamella.optimizers.state import OptimizerState
from lamella.saving.architecture import describe, named_variables, naming, rebuild
from lamella.saving.json_text import parse_json, require_few_values, write_json
from lamella.saving.loading import checked_seed, compile_saved, loading
from lamella.saving.native.nested import join, references, separate
from lamella.saving.native.tensor_file import MAX_HEADER, TensorFile, open_tensors, type_name, write_tensors
from lamella.variable import Variable

_VERSION = 1

_TENSOR_ENTRY = 160
"""Bytes in the header for a tensor, beside its name."""


def save(model: BaseModel, path: str | os.PathLike[str]) -> None:
    """Write a model, with its optimizer where it is compiled."""
    with naming(path):
        content: Config = {"model": describe(model)}
        compiled = model.get_compile_config()
        if compiled is not None:
            content["compile"] = compiled
    tensors = describe_weights(model, content)
    if compiled is not None:
        content["seed"] = model.training_seed
        tensors |= describe_optimizer(model, content)
    write(path, content, tensors)


def save_weights(layer: Layer, path: str | os.PathLike[str]) -> None:
    """Write the weights of a layer or model."""
    content: Config = {}
    write(path, content, describe_weights(layer, content))


def load(
    path: str | os.PathLike[str], custom_objects: dict[str, Any] | None = None, compile: bool = True
) -> BaseModel:
    """Make the model that a file holds; nothing in the file is run."""
    with loading(path), open_tensors(path) as file:
        content = read_content(file)
        if "model" not in content:
            raise ValueError("it holds weights without a model: call load_weights() of a model")
        model = rebuild(content["model"], custom_objects, limit=file.data_bytes)
        names, weights = content["weights"], model.weights
        if len(names) != len(weights):
            raise ValueError(f"its entry 'weights' names {len(names)}; its model has {len(weights)}")
        variables = dict(zip(names, weights, strict=True))
        arrays = read_arrays(file, variables)
        if compile and content.get("compile") is not None:
            with compile_saved(custom_objects):
                model.compile_from_config(content["compile"])
            restore_optimizer(model, content, variables, arrays)
    return model


def load_weights(layer: Layer, path: str | os.PathLike[str], skip_mismatch: bool = False) -> None:
    """Give a layer or model the weights of a file, one after the other; all of them or none."""
    with loading(path), open_tensors(path) as file:
        names, weights = read_content(file)["weights"], layer.weights
        if not layer.built:
            raise ValueError(f"'{layer.name}' is not built, and has no weights yet")
        if len(names) != len(weights):
            message = f"it holds {len(names)} weights, and '{layer.name}' has {len(weights)}"
            if not skip_mismatch:
                raise ValueError(message)
            warnings.warn(f"{message}: the others are left as they are", stacklevel=4)
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


def describe_optimizer(model: BaseModel, content: Config) -> dict[str, Array]:
    """The slots under their names; notes in `content` how many steps were taken, and whose slots they are."""
    optimizer = model.optimizer
    assert optimizer is not None
    names = {id(variable): name for name, variable in named_variables(model)}
    content["without_decay"] = [names[id(v)] for v in model.weights if not optimizer.decays(v)]
    state = optimizer.state()
    if state is None:
        return {}
    # The trainer may still hold slots of variables that have left the model with their layer.
    slots = [(names[id(v)], slot, values) for v, slot, values in state.slots if id(v) in names]
    content["optimizer"] = {
        "iterations": state.iterations,
        "slots": [[name, slot] for name, slot, _ in slots],
    }
    return {_slot_name(name, slot): values for name, slot, values in slots}


def write(path: str | os.PathLike[str], content: Config, tensors: dict[str, Array]) -> None:
    """Write tensors and what there is to say of them, under a checksum.

    Raises:
        OSError: when the file cannot be written.
        ValueError: for a value that has no form in a file, or too many of them.
    """
    separated: dict[str, Array] = {}
    content = separate({"version": _VERSION, "lamella": _core.__version__, **content}, separated)
    tensors = {**tensors, **separated}
    text = write_json(content)
    size = sum(array.nbytes for array in tensors.values())
    refusal = f"'{os.fspath(path)}' cannot be written: its header"
    require_few_values(text.encode(), refusal, size)
    if len(write_json(text)) + sum(len(name) + _TENSOR_ENTRY for name in tensors) > MAX_HEADER:
        raise ValueError(f"{refusal} would take more than {MAX_HEADER} bytes")
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
    content = parse_json(file.metadata.get("lamella", "").encode(), "its description", file.size)
    if not isinstance(content, dict):
        raise ValueError("its description is not a JSON object")
    if content.get("version") != _VERSION:
        raise ValueError(
            f"its format has version {content.get('version')!r}, by lamella {content.get('lamella')}; "
            f"version {_VERSION} is read here"
        )
    named = references(content)
    if not named <= set(file.tensors):
        raise ValueError(f"it has no tensor '{min(named - set(file.tensors))}'")
    joined: Config = join(content, {name: file.read(name) for name in named})
    weights = joined.get("weights")
    if not isinstance(weights, list) or not all(isinstance(name, str) for name in weights):
        raise ValueError(f"its entry 'weights' must be a list of names. It is {shown(weights)}")
    if len(set(weights)) < len(weights):
        raise ValueError("it names a weight twice")
    return joined


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
    model: BaseModel, content: Config, variables: dict[str, Variable], arrays: dict[str, Array]
) -> None:
    """Give a compiled model the seed, steps and slots of its file."""
    model.training_seed = checked_seed(content.get("seed"))
    optimizer = model.optimizer
    without_decay = content.get("without_decay") or []
    if not optimizer.built and without_decay:
        if not isinstance(without_decay, list) or not all(_is_key(name, variables) for name in without_decay):
            raise ValueError(f"its entry 'without_decay' must name weights. It is {shown(without_decay)}")
        optimizer.exclude_from_weight_decay([variables[name] for name in without_decay])
    entries = content.get("optimizer")
    if entries is None:
        return
    pairs, iterations = _optimizer_entries(entries)
    slots: list[tuple[_core.Variable, str, Array]] = []
    for name, slot in pairs:
        if name not in variables or _slot_name(name, slot) not in arrays:
            raise ValueError(f"it has no tensor '{_slot_name(name, slot)}'")
        variable, values = variables[name], arrays[_slot_name(name, slot)]
        if (values.shape, values.dtype.name) != (variable.shape, variable.dtype):
            raise ValueError(f"slot '{slot}' of '{name}' does not have the variable's type and shape")
        slots.append((variable, slot, values))
    optimizer.set_state(OptimizerState(iterations, slots))


def _optimizer_entries(entries: Any) -> tuple[list[list[str]], int]:
    """Whose slots there are, and how many steps were taken."""
    slots = entries.get("slots") if isinstance(entries, dict) else None
    iterations = entries.get("iterations") if isinstance(entries, dict) else None
    pairs = isinstance(slots, list) and all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(name, str) for name in pair)
        for pair in slots
    )
    if not pairs or type(iterations) is not int:
        raise ValueError(f"its entry 'optimizer' must hold 'iterations' and 'slots'. It is {shown(entries)}")
    assert isinstance(slots, list)
    return slots, iterations


def _is_key(name: Any, variables: dict[str, Variable]) -> bool:
    return isinstance(name, str) and name in variables


def _slot_name(name: str, slot: str) -> str:
    return f"optimizer.{name}.{slot}"


def checksum_of(text: str, parts: dict[str, tuple[str, tuple[int, ...], int]]) -> str:
    """The checksum of a file: of its description, and of type, shape and checksum of each tensor."""
    tensors = [[name, *entry] for name, entry in sorted(parts.items())]
    return f"{_core.checksum(write_json([text, tensors]).encode()):016x}"
