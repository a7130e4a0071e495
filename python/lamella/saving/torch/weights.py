"""Weights from the files of PyTorch's users: a state_dict in safetensors."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from lamella.graph.base_model import BaseModel
from lamella.layers import Layer, Normalization
from lamella.saving.loading import loading
from lamella.saving.native.tensor_file import TensorFile, open_tensors
from lamella.saving.torch.modules import Module, Parameter, modules_of
from lamella.saving.torch.order import arrangements
from lamella.variable import Variable

_TYPES = ("F16", "BF16", "F32", "F64")
_IGNORED = "num_batches_tracked"
"""What PyTorch's batch normalisation counts and, with a momentum, does not use."""


class LoadedWeight(NamedTuple):
    """A tensor of a file, and what became of it.

    Attributes:
        tensor: its name; empty for a variable that the file has nothing for.
        tensor_shape: its shape, None where there is no tensor.
        variable: path of the variable; empty for a tensor that the model has no variable for.
        shape: its shape, None where there is no variable.
        change: what was done: `"as it is"`, `"transposed"`, `"reordered"`, `"broadcast"`; `"left"` where one
            of both is missing.
    """

    tensor: str
    tensor_shape: tuple[int, ...] | None
    variable: str
    shape: tuple[int, ...] | None
    change: str


class LoadedWeights(list[LoadedWeight]):
    """What `load_torch_state_dict` returns: a `LoadedWeight` for each weight; printed, a table."""

    def __str__(self) -> str:
        rows = [
            (w.tensor or "-", _text(w.tensor_shape), "->", w.variable or "-", _text(w.shape), w.change)
            for w in self
        ]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(
            "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        )


def _text(shape: tuple[int, ...] | None) -> str:
    return "" if shape is None else str(shape)


def load(
    model: BaseModel,
    path: str | os.PathLike[str],
    mapping: Mapping[str, Layer | str] | None = None,
    strict: bool = True,
) -> LoadedWeights:
    """Give a built model the weights of a file; see `lamella.saving.load_torch_state_dict`."""
    if not model.built:
        raise ValueError(f"Model '{model.name}' is not built: it needs an Input, or build(input_shape)")
    with loading(path), open_tensors(path) as file:
        names = [name for name in file.tensors if name.rpartition(".")[2] != _IGNORED]
        modules = _in_order(model, names) if mapping is None else _mapped(model, names, mapping)
        found = {
            f"{prefix}.{name}" if prefix else name: parameter
            for prefix, module in modules.items()
            for name, parameter in module.items()
        }
        pairs = {name: found[name] for name in sorted(names, key=_natural) if name in found}
        for name, parameter in pairs.items():
            _check(file, name, parameter)
        spare = [name for name in sorted(names, key=_natural) if name not in pairs]
        bare = _expected(model, {id(parameter.variable) for parameter in pairs.values()})
        if strict and (spare or bare):
            raise ValueError(_unmatched(spare, bare))
        values = [
            np.asarray(parameter.convert(file.read(name)), parameter.variable.dtype)
            for name, parameter in pairs.items()
        ]
        table = _table(file, pairs, spare, bare)
    for parameter, value in zip(pairs.values(), values, strict=True):
        parameter.variable.assign(value)
    return table


# Which module is which layer.


def _layer_modules(model: BaseModel) -> list[tuple[Layer, list[Module]]]:
    """The layers with weights, in the order of `walk`, with the modules that each is in PyTorch."""
    known = arrangements(model)
    layers = {id(layer): layer for layer in model.walk() if id(layer) in known}
    found = [(layer, modules_of(layer, *known[key])) for key, layer in layers.items()]
    return [(layer, modules) for layer, modules in found if modules]


def _in_order(model: BaseModel, names: list[str]) -> dict[str, Module]:
    """One after the other: the modules of the file by their names, and the layers."""
    prefixes = sorted({name.rpartition(".")[0] for name in names}, key=_natural)
    modules = [module for _, modules in _layer_modules(model) for module in modules]
    return dict(zip(prefixes, modules, strict=False))


def _mapped(model: BaseModel, names: list[str], mapping: Mapping[str, Layer | str]) -> dict[str, Module]:
    """As the user says; a separable convolution is named by two modules, the depthwise one first."""
    prefixes = {name.rpartition(".")[0] for name in names}
    layer_modules = _layer_modules(model)
    modules = {id(layer): iter(modules) for layer, modules in layer_modules}
    result = {}
    for prefix, target in mapping.items():
        if prefix not in prefixes:
            raise ValueError(f"it has no module '{prefix}'; its modules: {', '.join(sorted(prefixes))}")
        layer = _find(target, [layer for layer, _ in layer_modules])
        module = next(modules[id(layer)], None)
        if module is None:
            raise ValueError(f"mapping names layer '{layer.name}' more often than it has kernels")
        result[prefix] = module
    return result


def _find(target: Layer | str, layers: list[Layer]) -> Layer:
    found = [layer for layer in layers if layer is target or layer.name == target]
    if len(found) == 1:
        return found[0]
    name = target.name if isinstance(target, Layer) else target
    if found:
        raise ValueError(f"mapping names '{name}', and {len(found)} layers have this name: pass the layer")
    names = ", ".join(layer.name for layer in layers)
    raise ValueError(f"mapping names '{name}', which is no layer of the model that has weights: {names}")


def _natural(name: str) -> list[tuple[int, int, str]]:
    """A key that puts `features.2` before `features.10`."""
    pieces = re.split(r"([0-9]+)", name)
    return [(0, int(piece[:18]), piece) if piece.isdecimal() else (1, 0, piece) for piece in pieces]


# Tensors and variables.


def _check(file: TensorFile, name: str, parameter: Parameter) -> None:
    info, variable = file.tensors[name], parameter.variable
    if info.dtype not in _TYPES:
        raise ValueError(f"tensor '{name}' has type {info.dtype}; one of {', '.join(_TYPES)} is expected")
    if info.shape not in parameter.shapes:
        expected = " or ".join(map(str, parameter.shapes))
        raise ValueError(
            f"tensor '{name}' has shape {info.shape}; for '{variable.path}' of shape {variable.shape} "
            f"{expected} is expected. Modules are taken in the order of their names: pass mapping for another"
        )


def _expected(model: BaseModel, used: set[int]) -> list[Variable]:
    """The variables that are not used, but for statistics of inputs, which PyTorch has no layer for."""
    statistics = [layer.weights for layer in model.walk() if isinstance(layer, Normalization)]
    used = used.union(id(variable) for variables in statistics for variable in variables)
    return [variable for variable in model.weights if id(variable) not in used]


def _unmatched(spare: list[str], bare: list[Variable]) -> str:
    sides = []
    if spare:
        sides.append(f"the model has no variables for {', '.join(spare)}")
    if bare:
        sides.append(f"it has no tensors for {', '.join(variable.path for variable in bare)}")
    return f"{'; '.join(sides)}. Pass mapping to say which is which, or strict=False to leave them"


def _table(
    file: TensorFile, pairs: dict[str, Parameter], spare: list[str], bare: list[Variable]
) -> LoadedWeights:
    table = LoadedWeights()
    for name, (variable, _, _, change) in pairs.items():
        table.append(LoadedWeight(name, file.tensors[name].shape, variable.path, variable.shape, change))
    table += [LoadedWeight(name, file.tensors[name].shape, "", None, "left") for name in spare]
    table += [LoadedWeight("", None, variable.path, variable.shape, "left") for variable in bare]
    return table
