"""Activation functions by their names, and as steps of a program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from lamella.activations import functions
from lamella.activations.functions import linear
from lamella.activations.steps import CURE, steps_of
from lamella.base import custom_objects
from lamella.base.checks import shown
from lamella.base.custom_objects import custom_object_scope
from lamella.base.naming import unknown_name
from lamella.base.public_names import names_in
from lamella.base.results import ArrayResult
from lamella.base.types import Config, Shape, Spec

ActivationFunction: TypeAlias = Callable[..., ArrayResult]

_NAMES: dict[str, ActivationFunction] = {
    name: getattr(functions, name)
    for name in names_in("lamella.activations")
    if hasattr(functions, name) and name != "threshold"  # which cannot do without its arguments
}


def get(identifier: Any) -> ActivationFunction:
    """Return the activation function of a name, or the function itself; None gives `linear`.

    A function of your own may call these functions, with arguments of theirs, and nothing else; layers that
    are activations (`LeakyReLU`, `ReLU`, `ELU`, `Softmax` on the last axis) are taken as well.

    Raises:
        ValueError: for a name that is not known.
        TypeError: for a function that does something else, or needs arguments.

    >>> get("relu") is lamella.activations.relu, get(None) is lamella.activations.linear
    (True, True)
    >>> import lamella
    >>> bounded = lambda x: lamella.activations.relu(x, max_value=1.0)
    >>> lamella.layers.Dense(1, activation=bounded, kernel_initializer="ones")([[3.0]]).tolist()
    [[1.0]]
    >>> get("rellu")
    Traceback (most recent call last):
    ...
    ValueError: Unknown activation 'rellu'. Did you mean 'relu'? Available: celu, ...
    """
    if identifier is None:
        return linear
    if isinstance(identifier, dict):
        return _deserialized(identifier)
    if isinstance(identifier, str):
        found = _NAMES.get(identifier) or custom_objects.find(identifier)
        if found is None:
            raise unknown_name("activation", identifier, _NAMES)
        return get(found)
    if not callable(identifier) or isinstance(identifier, type):
        raise TypeError(f"{CURE}. Received: {shown(identifier)}")
    steps(identifier)
    function: ActivationFunction = identifier
    return function


def _deserialized(config: Config) -> ActivationFunction:
    """The function, or the layer, of a dictionary that `serialize` or Keras wrote."""
    if custom_objects.is_function(config):
        return get(config.get("config"))
    from lamella import layers  # which imports this package

    return get(layers.deserialize(config))


def serialize(activation: Any) -> Any:
    """Return the name that `get` takes; for a layer or a function of your own a dictionary.

    Raises:
        ValueError: for a function without a name: files hold names only.

    >>> serialize(lamella.activations.relu)
    'relu'
    """
    if _is_layer(activation):
        from lamella import layers  # which imports this package

        return layers.serialize(activation)
    name = getattr(activation, "__name__", "<nameless>")
    if _NAMES.get(name) is activation:
        return name
    if not name.isidentifier():
        raise ValueError(
            f"{activation!r} has no name that a file could hold: give the function one with def, or put the "
            "activation behind as a layer"
        )
    return custom_objects.describe_function(activation)


def deserialize(config: Any, custom_objects: Config | None = None) -> ActivationFunction:
    """Return the activation function of a name or dictionary, as `get`.

    Args:
        config: what `serialize` returned, or Keras's.
        custom_objects: functions of your own that it names, by their names.

    >>> deserialize("relu") is lamella.activations.relu
    True
    """
    with custom_object_scope(custom_objects):
        return get(config)


def steps(activation: Any) -> tuple[Spec, ...]:
    """Return the native steps of an activation, each a kind and its numbers; none for `linear`."""
    if activation is None:
        return ()
    if not _is_layer(activation):
        return steps_of(activation)
    specs: tuple[Spec, ...] | None = activation.activation_steps()
    if specs is None:
        raise TypeError(f"{CURE}. Received: layer '{activation.name}': add the layer behind")
    return specs


def activated_shape(activation: Any, input_shape: Shape) -> Shape:
    """Return the shape of the output, batch axis first: that of the input, but `glu` halves the last axis."""
    shape = tuple(input_shape)
    for kind, _ in steps(activation):
        if kind == "glu" and shape[-1] is not None:
            shape = (*shape[:-1], shape[-1] // 2)
    return shape


def _is_layer(activation: Any) -> bool:
    return hasattr(activation, "activation_steps")
