"""What all layers have in common."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache
from inspect import Parameter, signature
from threading import RLock
from types import FunctionType
from typing import Any, ClassVar, Self, TypeVar

import numpy as np

from lamella import regularizers
from lamella.base import config as settings
from lamella.base.checks import flag, integer, refusal, shape, shown
from lamella.base.naming import auto_name, checked_name
from lamella.base.overrides import defined_by_user, never_called, refuse_overrides
from lamella.base.registry import constructor_arguments
from lamella.base.results import ArrayResult, answer
from lamella.base.settings import Configured, is_setting
from lamella.base.types import Array, Config, Shape, Spec
from lamella.data.conversion import as_numbers
from lamella.graph.builder import ProgramBuilder
from lamella.graph.checked_shape import takes_shape
from lamella.graph.program import Program
from lamella.graph.undo import undone_on_error
from lamella.graph.value import Value
from lamella.graph.variable_owner import VariableOwner, checked_trainable
from lamella.variable import Variable, blank_variables

T = TypeVar("T")


class _FirstUse:
    """Several threads may predict with a model that none has used yet: one of them builds and flattens it."""

    lock = RLock()

    @classmethod
    def renew(cls) -> None:
        """In a forked child, where another thread of the parent may have held it."""
        cls.lock = RLock()


os.register_at_fork(after_in_child=_FirstUse.renew)

_MOST_PROGRAMS, _MOST_PACKED_BYTES = 32, 64 << 20
"""For inputs of so many shapes a layer stays flattened, for fewer where packed weights are large."""

_BASE_ARGUMENTS = ("name", "trainable", "dtype", "activity_regularizer")


class Layer(VariableOwner, Configured):
    """Base class of layers: a name, variables, and the operations they are used in.

    A layer is configured when it is made, gets its variables in `build`, when the shape of its input is
    known, and writes its operations in `emit`, when a model is flattened.

    A layer of your own is written in NumPy: `build` creates its variables, `forward` computes, `backward`
    passes the gradient on, and a step costs what these cost, and copies of what they are given.

    * `forward(x, training)` (`training` may be left out) returns the outputs, (rows, ...). What it keeps on
      `self` when `training` is true is there in `backward` of the same step.
    * `backward(x, y, gradient)` gets inputs, outputs and the gradient by the outputs; it returns the gradient
      by the inputs, or a pair of it and a list with the gradient by each trainable variable.
    * `compute_output_shape(input_shape)` may be left out: then `forward` is asked with a row of zeros.
    * `get_config` returns the constructor's arguments, for configs.

    Args:
        activity_regularizer: penalty on the outputs, summed and divided by the rows of the batch, or None.
        trainable: whether optimizers may change its variables. Defaults to True.
        dtype: `"float32"` or `"float64"`; `config.floatx()` by default.
        autocast: accepted for compatibility with Keras.
        name: a name; `dense`, `dense_1` ... by default.
        **kwargs: on the first layer of a model `input_shape` (or `input_dim`), the shape of its input
            without the batch axis.

    Raises:
        ValueError: for an argument that is unknown or not supported.

    >>> import numpy as np, lamella
    >>> class Scale(lamella.layers.Layer):
    ...     def build(self, input_shape):
    ...         self.factor = self.add_weight((input_shape[-1],), "ones", name="factor")
    ...
    ...     def forward(self, x):
    ...         return x * self.factor
    ...
    ...     def backward(self, x, y, gradient):
    ...         return gradient * self.factor, [(gradient * x).sum(axis=0)]
    >>> model = lamella.Sequential([lamella.Input((2,)), Scale(), lamella.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> x = np.random.default_rng(0).normal(size=(64, 2))
    >>> losses = model.fit(x, x.sum(axis=1), epochs=5, verbose=0).history["loss"]
    >>> losses[-1] < losses[0]
    True
    """

    module: ClassVar[str] = "keras.layers"
    built = False
    _changes = 0
    _scope = ""
    _input_shape: Shape | None = None
    _program: Program | None = None
    _programs: dict[tuple[int, ...], Program] = {}  # noqa: RUF012  # replaced, never changed
    _of_training: list[int] | None = None
    """The stream of seeds that calls and trainings of a model draw from, None for that of the thread."""
    input_spec: Any = None
    """An `InputSpec` of what inputs must be, set by layers of your own."""

    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        refuse_overrides(type(self), self.never_called)
        self.name = checked_name(type(self), name) or auto_name(type(self).__name__)
        self.dtype = settings.standardize_dtype(dtype)
        self.input_shape_argument = _take_input_shape(owner_of(self), kwargs)
        if kwargs:
            raise ValueError(f"Unrecognized keyword arguments passed to {type(self).__name__}: {kwargs}")
        flag(owner_of(self), "autocast", autocast)
        self.activity_regularizer = resolved(
            self, "activity_regularizer", regularizers.get, activity_regularizer
        )
        self._trainable = checked_trainable(type(self), trainable)
        self._variables = []
        self._penalties = []
        self._constraints = []

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name in ("build", "compute_output_shape"):
            if isinstance(vars(cls).get(name), FunctionType):
                setattr(cls, name, takes_shape(vars(cls)[name]))

    @classmethod
    def never_called(cls) -> dict[str, str]:
        """The methods of Keras that are not called here, and what to define instead."""
        advice = never_called("layers.Layer")
        if "forward" in defined_by_user(cls):  # call() may be there for Keras
            del advice["call"]
        return advice

    def refuse(self, **arguments: tuple[Any, Any]) -> None:
        """Raise ValueError for an argument, given as (value, default), that does not have its default."""
        for argument, (value, default) in arguments.items():
            if isinstance(value, np.ndarray) or value != default:
                raise ValueError(
                    f"{type(self).__name__}: the argument '{argument}' is not supported, only its default "
                    f"{default}. Received: {argument}={value!r}"
                )
            if is_setting(type(self), argument):
                vars(self).setdefault(argument, default)

    def __getstate__(self) -> dict[str, Any]:
        """What is pickled and copied: everything but the flattened program."""
        return {**self.__dict__, "_program": None, "_programs": {}}

    # What is changed after it was made.

    def check_assignment(self, name: str) -> None:
        if self.built and isinstance(self.__dict__.get(name), Variable):
            raise ValueError(f"Layer '{self.name}': '{name}' is a variable: use its assign()")

    def refuses_new_settings(self) -> bool:
        return self.built

    def check_change(self, name: str, changed: Any) -> None:
        """Refuse what decides about the variables and the shape of the output, once it is built."""
        if self.built and not self._stays_alike(name, changed):
            raise ValueError(
                f"{type(self).__name__} '{self.name}' is built, so that '{name}' cannot be changed to "
                f"{shown(getattr(changed, name))}: make a new layer"
            )

    def _stays_alike(self, name: str, changed: Any) -> bool:
        """Whether a layer with another setting has the same variables and the same shape of output."""
        if type(changed) is Layer:
            return name != "dtype"
        try:
            with blank_variables(8 * sum(variable.size for variable in self._variables)):
                changed.build(self.input_shape)
            return bool(self._shapes() == changed._shapes())
        except ValueError:
            return False

    def _shapes(self) -> tuple[Any, ...]:
        shapes = [(variable.name, variable.shape) for variable in self._variables]
        return (shapes, tuple(self.output_shape))

    def setting_changed(self) -> None:
        self._changes += 1

    def signature(self) -> tuple[Any, ...]:
        """What its part of a program follows from; the same as long as that is right."""
        activity = self.activity_regularizer
        penalty = None if activity is None else activity.spec()
        return (self, self._changes, self.trainable, penalty, self.penalty_specs(), self.constraint_specs())

    # What a layer is made of: subclasses override these.

    @takes_shape
    def build(self, input_shape: Shape) -> None:
        """Create the variables for inputs of this shape, batch axis first."""
        self._input_shape = input_shape
        self.built = True

    @takes_shape
    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """The shape of the output for inputs of this shape, batch axis first."""
        if not self.is_in_python():
            return input_shape
        zeros = np.zeros((1, *(1 if axis is None else axis for axis in input_shape[1:])), self.dtype)
        return (input_shape[0], *np.shape(self.call_forward(zeros, False))[1:])

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        """Append the operations to a program, for these inputs; returns the outputs."""
        if not self.is_in_python():
            raise NotImplementedError(
                f"Layer '{self.name}': {type(self).__name__} must have forward(x) and "
                "backward(x, y, gradient)"
            )
        [value] = values
        return [builder.python(self, value, self.call_forward, self.call_backward)]

    def is_in_python(self) -> bool:
        """Whether it is written in Python: it has `forward`, by its class or set on the object."""
        return hasattr(type(self), "forward") or "forward" in self.__dict__

    def call_forward(self, x: Array, training: bool) -> Any:
        """Call the `forward` of a layer written in Python, with `training` where it takes it."""
        forward: Any = self.forward  # type: ignore[attr-defined]  # emit looks whether there is one
        if _takes_training(getattr(forward, "__func__", forward)):
            return forward(x, training=training)
        return forward(x)

    def call_backward(self, x: Array, y: Array, gradient: Array) -> Any:
        """Call the `backward` of a layer written in Python."""
        backward: Any = getattr(self, "backward", None)
        if backward is None:
            raise NotImplementedError(
                f"Layer '{self.name}': {type(self).__name__} needs backward(x, y, gradient) to be trained "
                "through"
            )
        return backward(x, y, gradient)

    def get_config(self) -> Config:
        """The constructor's arguments, as Keras writes them."""
        policy = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": self.dtype}}
        config: Config = {"name": self.name, "trainable": self.trainable}
        config["dtype"] = {**policy, "registered_name": None}
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = regularizers.serialize(self.activity_regularizer)
        return config

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Rebuild from `get_config`'s dictionary or Keras's, unbuilt.

        Raises:
            ValueError: for an entry that is not supported.
        """
        return cls(**constructor_arguments(cls, config, also=_BASE_ARGUMENTS))

    def activation_steps(self) -> tuple[Spec, ...] | None:
        """The native steps of a layer that is an activation and no more; None for any other."""
        return None

    def parts(self) -> Iterator[tuple[str, Layer]]:
        """The layers directly inside it, each with its place: `"layers.0"`."""
        return iter(())

    def walk(self) -> Iterator[Layer]:
        """This layer, and the layers inside it."""
        yield self
        for _, layer in self.parts():
            yield from layer.walk()

    # Building and calling.

    def build_under(self, scope: str, input_shape: Shape) -> None:
        """Build it, unless it is, as part of a model whose path is `scope`."""
        if self.built:
            return
        with _FirstUse.lock, undone_on_error(self):
            if not self.built:
                self._scope = scope
                self.build(input_shape)
                self._input_shape = tuple(input_shape)
                self.built = True

    def __call__(self, inputs: Any, training: bool | None = None) -> ArrayResult:
        """The outputs for an array.

        Args:
            inputs: array of shape (rows, ...).
            training: whether dropout drops, pictures change at random and batch normalisation uses the
                statistics of these rows (without taking them into its moving averages). None, the default,
                changes pictures at random and does nothing else of it, as in Keras.

        Returns:
            An array of shape (rows, ...), which answers `numpy()` too.
        """
        program = self._program
        if training is None and program is not None and program.takes(inputs):
            return program.call(inputs, None, self._of_training)
        if training is not None:
            training = flag(owner_of(self), "training", training)
        if isinstance(inputs, Layer):
            raise TypeError(
                f"Layer '{self.name}' was called on layer '{inputs.name}': there is no functional API, "
                "put the layers into a Sequential model"
            )
        x = as_numbers("inputs", inputs)
        if x.ndim == 3 and self.takes_pictures():
            return answer(self(x[None], training)[0])
        x = self.prepare_inputs(x)
        return self.program_for(x.shape[1:]).call(x, training, self._of_training)

    def takes_pictures(self) -> bool:
        """Whether it may also be called with a single picture, without the axis of rows."""
        return False

    def prepare_inputs(self, x: Array) -> Array:
        """Build the layer if it is not, and check inputs against what it was built for."""
        if not self.built:
            with undone_on_error(self):
                self.build_under("", (None, *x.shape[1:]))
                self.program_for(x.shape[1:])
        return x

    def program_for(self, feature_shape: tuple[int, ...]) -> Program:
        """The flattened layer for inputs of this shape, without the batch; made again after changes."""
        program = self._program
        if program is not None and program.is_current(self, feature_shape):
            return program
        with _FirstUse.lock:
            program = self._programs.get(feature_shape)
            if program is None or not program.is_current(self, feature_shape):
                program = self.flattened(feature_shape)
                self._keep(program)
            self._program = program
        return program

    def _keep(self, program: Program) -> None:
        """Keep a program beside those for inputs of other shapes that are still right."""
        others = [other for other in self._programs.values() if other.is_alike(program)]
        if others:
            program.share_memory(others[-1])
        packed = sum(variable.size for variable in program.variables) * np.dtype(program.dtype).itemsize
        most = max(2, min(_MOST_PROGRAMS, _MOST_PACKED_BYTES // max(1, packed)))
        self._programs = {kept.feature_shape: kept for kept in [*others[1 - most :], program]}

    def flattened(self, feature_shape: tuple[int, ...]) -> Program:
        """The layer flattened for inputs of this shape, without the batch."""
        return Program(self, feature_shape)

    # Variables.

    @property
    def weights(self) -> list[Variable]:
        """All variables, layer by layer, trainable ones first within a layer."""
        found = {id(v): v for layer in self.walk() for v in layer._variables}
        return list(found.values())

    @property
    def trainable_weights(self) -> list[Variable]:
        """The variables that optimizers may change."""
        return [v for v in self.weights if v.trainable] if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The variables that optimizers do not change."""
        trainable = {id(v) for v in self.trainable_weights}
        return [v for v in self.weights if id(v) not in trainable]

    variables = weights
    trainable_variables = trainable_weights
    non_trainable_variables = non_trainable_weights

    def get_weights(self) -> list[Array]:
        """Copies of all variables."""
        return [np.array(variable.numpy()) for variable in self.weights]

    def set_weights(self, weights: list[Any]) -> None:
        """Assign all variables, in the order of `get_weights`.

        Raises:
            ValueError: when the number of arrays or a shape is wrong; then nothing was assigned.
        """
        variables = self.weights
        if not isinstance(weights, (list, tuple)) and getattr(weights, "ndim", 0) == 0:
            raise refusal(f"Layer '{self.name}'", "weights", "a list of arrays", weights)
        if len(weights) != len(variables):
            raise ValueError(
                f"Layer '{self.name}' has {len(variables)} weights and cannot take a list of {len(weights)}"
            )
        arrays = [variable.converted(value) for variable, value in zip(variables, weights, strict=True)]
        for variable, array in zip(variables, arrays, strict=True):
            variable.assign(array)

    def count_params(self) -> int:
        """The number of numbers in all variables.

        Raises:
            ValueError: when it is not built.
        """
        if not self.built:
            raise ValueError(
                f"Layer '{self.name}' is not built, so its parameters cannot be counted: call "
                "build(input_shape)"
            )
        return sum(variable.size for variable in self.weights)

    # Shapes.

    @property
    def input_shape(self) -> Shape:
        """The shape it was built for, batch axis first; AttributeError when it is not built."""
        if self._input_shape is None:
            raise AttributeError(f"Layer '{self.name}' is not built and has no input shape yet")
        return self._input_shape

    @property
    def output_shape(self) -> Shape:
        """The shape of its output, batch axis first; AttributeError when it is not built."""
        return self.compute_output_shape(self.input_shape)


@cache
def _takes_training(forward: Any) -> bool:
    """Whether a `forward`, which may be decorated or any callable, takes `training`."""
    parameters = signature(forward).parameters
    if "training" in parameters:
        return parameters["training"].kind is not Parameter.POSITIONAL_ONLY
    return any(parameter.kind is Parameter.VAR_KEYWORD for parameter in parameters.values())


def owner_of(layer: Layer) -> str:
    """How messages about its arguments name a layer: class and name."""
    return f"{type(layer).__name__} '{layer.name}'"


def resolved(layer: Layer, argument: str, get: Callable[[Any], T], value: Any) -> T:
    """What `get` makes of a name, a config or an object.

    Raises:
        ValueError, TypeError: as `get`, with the layer and the argument in front.
    """
    try:
        return get(value)
    except (TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"{owner_of(layer)}: '{argument}': {error}") from None


def _take_input_shape(owner: str, kwargs: Config) -> Shape | None:
    """Take Keras's legacy arguments of the first layer out of `kwargs`."""
    given = kwargs.pop("input_shape", None)
    width = kwargs.pop("input_dim", None)
    kwargs.pop("input_dtype", None)
    kwargs.pop("batch_size", None)
    if given is None and width is not None:
        return (integer(owner, "input_dim", width, 1),)
    return None if given is None else shape(owner, "input_shape", given)
