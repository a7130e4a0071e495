"""Layers side by side: what Keras's functional API is used for in stacks of layers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar, Self

from lamella.base.checks import choice, entries_of, refusal
from lamella.base.described import described
from lamella.base.registry import config_entries
from lamella.base.settings import settings_changed
from lamella.base.types import Config, Shape
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import Layer
from lamella.graph.value import Value
from lamella.graph.variable_owner import checked_trainable
from lamella.layers.lookup import deserialize, serialize


class Branched(Layer):
    """Base class of layers that send their input through several stacks and merge what comes out."""

    module: ClassVar[str] = "lamella.layers"
    merge: str

    def __init__(self, stacks: Sequence[Iterable[Layer]], **kwargs: Any) -> None:
        self.stacks: list[list[Layer]] = []
        super().__init__(**kwargs)
        self.stacks = [list(stack) for stack in stacks]
        if not kwargs.get("trainable", True):
            self.trainable = False

    @classmethod
    def never_called(cls) -> dict[str, str]:
        return {**super().never_called(), "forward": "put a layer of your own among its layers"}

    @property
    def layers(self) -> list[Layer]:
        """The layers of all stacks."""
        return [layer for stack in self.stacks for layer in stack]

    def parts(self) -> Iterator[tuple[str, Layer]]:
        for branch, stack in enumerate(self.stacks):
            for index, layer in enumerate(stack):
                yield f"branches.{branch}.layers.{index}", layer

    @property
    def trainable(self) -> bool:
        """Whether optimizers may change its variables; setting it sets it on all layers inside."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = checked_trainable(type(self), value)
        for layer in self.layers:
            layer.trainable = value
        settings_changed()

    def build(self, input_shape: Shape) -> None:
        for stack in self.stacks:
            shape = tuple(input_shape)
            for layer in stack:
                layer.build_under(self.path, shape)
                shape = layer.compute_output_shape(shape)
        self.compute_output_shape(input_shape)
        super().build(input_shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        shapes = []
        for stack in self.stacks:
            shape = tuple(input_shape)
            for layer in stack:
                shape = layer.compute_output_shape(shape)
            shapes.append(shape)
        last = 0 if self.merge == "add" else -1
        if any(shape[1:][: last or None] != shapes[0][1:][: last or None] for shape in shapes):
            raise ValueError(
                f"{type(self).__name__} '{self.name}' cannot {self.merge} branches of shapes "
                f"{', '.join(map(str, shapes))}"
            )
        if self.merge == "add":
            return shapes[0]
        channels = [shape[-1] for shape in shapes if shape[-1] is not None]
        return (*shapes[0][:-1], sum(channels) if len(channels) == len(shapes) else None)

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        outputs = []
        for stack in self.stacks:
            branch = values
            for layer in stack:
                branch = builder.emit(layer, branch)
            outputs += branch
        return [builder.merge(self, "add" if self.merge == "add" else "concatenate", outputs)]


class Residual(Branched):
    """`layers(x) + shortcut(x)`, the building block of residual networks.

    He et al., arXiv 1512.03385: the gradient reaches what comes before through the shortcut undiminished,
    however many blocks are stacked. Input and output of any shape; both ways must end in the same one.

    Args:
        layers: a list of layers, one after the other.
        shortcut: a list of layers for the other way, as a 1x1 convolution where the shape changes; None, the
            default, for the input as it is.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for something that is not a layer; when built, where the two ways end in different shapes.

    >>> import numpy as np, lamella
    >>> block = Residual([lamella.layers.Dense(3, activation="relu"), lamella.layers.Dense(2)])
    >>> block(np.ones((1, 2))).shape
    (1, 2)
    """

    def __init__(
        self, layers: Iterable[Layer], shortcut: Iterable[Layer] | None = None, **kwargs: Any
    ) -> None:
        self.merge = "add"
        checked = _stack("layers", layers)
        super().__init__([checked, [] if shortcut is None else _stack("shortcut", shortcut)], **kwargs)

    def __repr__(self) -> str:
        layers, shortcut = self.stacks
        return described(self, layers=layers, shortcut=shortcut or None)

    def get_config(self) -> Config:
        layers, shortcut = self.stacks
        return {
            **super().get_config(),
            "layers": _serialized(layers),
            "shortcut": _serialized(shortcut) if shortcut else None,
        }

    @classmethod
    def from_config(cls, config: Config) -> Self:
        entries = config_entries(cls, config, "layers")
        layers, shortcut = entries.pop("layers"), entries.pop("shortcut", None)
        block = super().from_config({**entries, "layers": []})
        block.stacks = [_deserialized(layers), _deserialized(shortcut or [])]
        return block


class Branches(Branched):
    """Several stacks of layers on the same input, their outputs side by side or added.

    The building block of Inception networks: Szegedy et al., arXiv 1409.4842. Outputs that are joined agree
    in all but the last axis; outputs that are added, in all.

    Args:
        branches: a list of lists of layers; an empty one hands the input on.
        merge: `"concat"` (the default), along the last axis, or `"add"`.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for fewer than two branches, something that is not a layer or another `merge`; when built,
            where the branches end in shapes that do not fit.

    >>> import numpy as np, lamella
    >>> Branches([[lamella.layers.Dense(3)], [lamella.layers.Dense(4)], []])(np.ones((1, 2))).shape
    (1, 9)
    """

    def __init__(self, branches: Sequence[Iterable[Layer]], merge: str = "concat", **kwargs: Any) -> None:
        self.merge = choice("Branches", "merge", merge, ("concat", "add"))
        stacks = entries_of(branches)
        if stacks is None or len(stacks) < 2:
            raise refusal("Branches", "branches", "at least two lists of layers", branches)
        super().__init__([_stack("branches", stack) for stack in stacks], **kwargs)

    def __repr__(self) -> str:
        return described(self, branches=self.stacks)

    def get_config(self) -> Config:
        branches = [_serialized(stack) for stack in self.stacks]
        return {**super().get_config(), "branches": branches, "merge": self.merge}

    @classmethod
    def from_config(cls, config: Config) -> Self:
        entries = config_entries(cls, config, "branches")
        branches = [_deserialized(stack) for stack in entries.pop("branches")]
        block = super().from_config({**entries, "branches": [[], []]})
        block.stacks = branches
        return block


def _stack(argument: str, layers: Any) -> list[Layer]:
    """A list of layers; raise ValueError for anything else."""
    stack = list(layers) if isinstance(layers, Iterable) and not isinstance(layers, str) else [layers]
    for layer in stack:
        if not isinstance(layer, Layer):
            raise refusal("Residual" if argument != "branches" else "Branches", argument, "layers", layer)
    return stack


def _serialized(layers: list[Layer]) -> list[Config]:
    return [serialize(layer) for layer in layers]


def _deserialized(configs: list[Config]) -> list[Layer]:
    return [deserialize(config) for config in configs]
