"""Keras's functional models as stacks of layers with blocks, where their graphs allow it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lamella.base.types import Config

_MALFORMED = (AttributeError, LookupError, TypeError)
"""What reading something else than calls of layers leads to."""

MERGES = ("Add", "Concatenate")
_OF_BLOCKS = ("name", "dtype", "activity_regularizer")


def sequential_config(config: Config, adapt: Callable[[Config], Config]) -> Config:
    """The config of the `Sequential` that computes what a functional model does.

    Args:
        config: of the functional model.
        adapt: makes of the entry of a layer in it what this library reads.

    Raises:
        ValueError: when its graph is not made of stacks that begin at one value and are joined again.
    """
    graph = _Graph(config["layers"])
    start, end = graph.end(config, "input_layers"), graph.end(config, "output_layers")
    layers = graph.stack(start, end, adapt)
    unused = set(graph.inputs) - graph.used - {start}
    if unused:
        raise graph.refusal(f"layer '{min(unused)}' does not lead to the output")
    return {
        "name": config.get("name"),
        "trainable": config.get("trainable", True),
        "layers": [graph.entries[start], *layers],
    }


class _Graph:
    """Layers by their names, and the names of the layers whose outputs they take."""

    def __init__(self, layers: list[Config]) -> None:
        self.entries: dict[str, Config] = {}
        self.inputs: dict[str, list[str]] = {}
        self.used: set[str] = set()
        self._dominator: dict[str, str] = {}  # the nearest layer that all ways to a layer lead through
        self._depth: dict[str, int] = {}
        for entry in layers:
            self._add(entry)

    def _add(self, entry: Config) -> None:
        name, calls = entry["config"].get("name"), entry.get("inbound_nodes") or []
        if not isinstance(name, str) or not isinstance(calls, list):
            raise self.refusal(f"a layer has the name {name!r} and the inbound_nodes {calls!r}")
        if name in self.entries:
            raise self.refusal(f"two layers are named '{name}'")
        if len(calls) > 1:
            raise self.refusal(f"layer '{name}' is used {len(calls)} times")
        try:
            sources = _sources(calls[0]) if calls else []
        except _MALFORMED:
            raise self.refusal(f"the entry 'inbound_nodes' of layer '{name}' is {calls!r}") from None
        if any(source not in self.entries for source in sources):
            raise self.refusal(f"layer '{name}' stands before a layer whose output it takes")
        if bool(sources) == (entry["class_name"] == "InputLayer"):
            raise self.refusal(f"layer '{name}' has {len(sources)} inputs")
        if len(sources) > 1 and entry["class_name"] not in MERGES:
            raise self.refusal(f"layer '{name}' of class {entry['class_name']!r} has {len(sources)} inputs")
        self.entries[name], self.inputs[name] = entry, sources
        self._depth[name] = 0
        if sources:
            self._dominator[name] = self._fork(sources)
            self._depth[name] = self._depth[self._dominator[name]] + 1

    def _fork(self, sources: list[str]) -> str:
        """The nearest layer that all ways to these lead through."""
        fork = sources[0]
        for source in sources[1:]:
            other = source
            while fork != other:
                if self._depth[fork] == self._depth[other] == 0:
                    raise self.refusal("it has several inputs")
                if self._depth[fork] >= self._depth[other]:
                    fork = self._dominator[fork]
                else:
                    other = self._dominator[other]
        return fork

    def end(self, config: Config, entry: str) -> str:
        """The only layer in `["name", 0, 0]`, which may be the only entry of a list."""
        ends = config.get(entry)
        if isinstance(ends, list) and len(ends) == 1:
            ends = ends[0]
        if not isinstance(ends, list) or len(ends) != 3 or not isinstance(ends[0], str):
            kind = entry.partition("_")[0]
            raise self.refusal(f"it has more than one {kind}, or none: its entry '{entry}' is {ends!r}")
        if ends[0] not in self.entries:
            raise self.refusal(f"there is no layer '{ends[0]}', which its entry '{entry}' names")
        return ends[0]

    def stack(self, start: str, end: str, adapt: Callable[[Config], Config]) -> list[Config]:
        """The layers behind one up to another, those between a fork and where its ways meet as a block."""
        layers: list[Config] = []
        while end != start:
            entry = self.entries[end]
            if not self.inputs[end]:
                raise self.refusal(f"its input is not the layer '{start}'")
            if end in self.used:
                raise self.refusal(f"layer '{end}' is in several branches")
            self.used.add(end)
            sources, fork = self.inputs[end], self._dominator[end]
            if entry["class_name"] in MERGES:
                branches = [self.stack(fork, source, adapt) for source in sources]
                layers.append(self._block(entry, branches))
            else:
                layers.append(adapt(entry))
            end = fork
        return layers[::-1]

    def _block(self, entry: Config, branches: list[list[Config]]) -> Config:
        config = {key: entry["config"][key] for key in _OF_BLOCKS if key in entry["config"]}
        others = {
            key: value
            for key, value in entry["config"].items()
            if key not in (*_OF_BLOCKS, "trainable", "axis") and value not in (None, False)
        }
        if others or len(branches) < 2:
            raise self.refusal(f"layer '{config['name']}' merges {len(branches)} values with {others}")
        if entry["class_name"] == "Concatenate":
            if entry["config"].get("axis", -1) not in (-1, _last_axis(entry)):
                raise self.refusal(f"layer '{config['name']}' does not concatenate along the last axis")
            return {"class_name": "Branches", "config": {**config, "branches": branches, "merge": "concat"}}
        if len(branches) == 2 and any(branches):
            layers, shortcut = branches if branches[0] else branches[::-1]
            config |= {"layers": layers, "shortcut": shortcut or None}
            return {"class_name": "Residual", "config": config}
        return {"class_name": "Branches", "config": {**config, "branches": branches, "merge": "add"}}

    @staticmethod
    def refusal(cause: str) -> ValueError:
        kinds = "layers, residual blocks and branches"
        return ValueError(f"it holds a functional model that is not a stack of {kinds}: {cause}")


def _sources(call: Any) -> list[str]:
    """Whose outputs a call takes: Keras 3's dictionary of arguments, or the list of Keras 2."""
    if isinstance(call, list):
        arguments = {key: value for source in call for key, value in (source[3:] or [{}])[0].items()}
        sources = [source[:3] for source in call]
    else:
        arguments = call.get("kwargs") or {}
        sources = [tensor["config"]["keras_history"] for tensor in _tensors(call)]
    given = {key: value for key, value in arguments.items() if value is not None}
    if given:
        raise _Graph.refusal(f"a layer is called with {given}")
    if any(source[1:] != [0, 0] for source in sources):
        raise _Graph.refusal("a layer has several outputs")
    if not all(isinstance(source[0], str) for source in sources):
        raise TypeError("a layer is called on something without a name")
    return [source[0] for source in sources]


def _tensors(call: Config) -> list[Config]:
    tensors = [entry for each in call["args"] for entry in (each if isinstance(each, list) else [each])]
    if any(tensor["class_name"] != "__keras_tensor__" for tensor in tensors):
        raise _Graph.refusal("a layer is called on something else than outputs of layers")
    return tensors


def _last_axis(entry: Config) -> int:
    call = entry["inbound_nodes"][0]
    shape = None if isinstance(call, list) else _tensors(call)[0]["config"].get("shape")
    return len(shape) - 1 if isinstance(shape, list) else -1
