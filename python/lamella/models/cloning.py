"""Models with the layers of another one, and weights of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lamella.base.checks import flag, refusal, shown, takes
from lamella.base.custom_objects import describing
from lamella.base.seeding import drawing_from, streams
from lamella.base.types import Config
from lamella.graph.layer import Layer
from lamella.layers.core.input_layer import InputLayer
from lamella.layers.merging.branches import Branched, Residual
from lamella.layers.stack import seeded
from lamella.models.model import Model
from lamella.models.sequential import Sequential

_Clone = Callable[[Layer], Layer]


def clone_model(
    model: Model,
    input_tensors: Any = None,
    clone_function: _Clone | None = None,
    call_function: Any = None,
    recursive: bool = False,
) -> Sequential:
    """Make a model of the same layers with new weights, not compiled.

    A layer that is there twice is one layer in the clone too.

    Args:
        model: a `Sequential` model.
        input_tensors: must be None.
        clone_function: called with each layer, returns the layer of the clone: a changed one, or the same
            one, whose weights both models then share. By default the layer is made again from its config.
        call_function: must be None.
        recursive: whether `clone_function` is called with the layers inside of models, `Residual` and
            `Branches`, instead of with these. Defaults to False.

    Raises:
        ValueError: for an argument that is not supported, or a model that is not `Sequential`.

    >>> import lamella
    >>> model = lamella.Sequential([lamella.Input((4,)), lamella.layers.Dense(3, name="out")])
    >>> clone = clone_model(model)
    >>> clone.layers[0].name, bool((clone.get_weights()[0] == model.get_weights()[0]).all())
    ('out', False)
    """
    if not isinstance(model, Sequential):
        raise ValueError(f"Only Sequential models can be cloned. Received: {shown(model)}")
    flag("clone_model", "recursive", recursive)
    if clone_function is not None and not (callable(clone_function) and takes(clone_function, model)):
        raise refusal("clone_model", "clone_function", "a function of a layer, or None", clone_function)
    model.refuse(input_tensors=(input_tensors, None), call_function=(call_function, None))
    clones: dict[int, Layer] = {}

    def clone(layer: Layer) -> Layer:
        if id(layer) not in clones:
            inside = recursive or clone_function is None
            if inside and isinstance(layer, Sequential):
                clones[id(layer)] = _clone_stack(layer, clone)
            elif inside and isinstance(layer, Branched):
                clones[id(layer)] = _clone_block(layer, clone)
            else:
                clones[id(layer)] = (clone_function or _from_config)(layer)
        return clones[id(layer)]

    of_inner = None if model.seed is None else streams(model.seed, 3)[-1]
    try:
        with drawing_from(of_inner):  # models in it are built on their own
            return _clone_stack(model, clone)
    except RecursionError:
        raise ValueError(f"The layers of model '{model.name}' are nested too deeply to be cloned") from None


def _from_config(layer: Layer) -> Layer:
    with describing():  # what the layer is configured with may be the user's
        return type(layer).from_config(layer.get_config())


def _clone_stack(model: Sequential, clone: _Clone) -> Sequential:
    layers = [
        _from_config(layer) if isinstance(layer, InputLayer) else clone(layer) for layer in model.stacked
    ]
    copy = type(model)(layers, name=model.name, **seeded(model.seed))
    copy._trainable = model.trainable
    copy.infers_input = model.infers_input
    return copy


def _clone_block(block: Branched, clone: _Clone) -> Branched:
    nothing: Config = (
        {"layers": [], "shortcut": None} if isinstance(block, Residual) else {"branches": [[], []]}
    )
    with describing():
        copy = type(block).from_config({**block.get_config(), **nothing})
    copy.stacks = [[clone(layer) for layer in stack] for stack in block.stacks]
    return copy
