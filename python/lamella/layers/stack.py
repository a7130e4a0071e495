"""Stack: layers one after the other, as a layer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Self

from lamella.base import checks, seeding
from lamella.base.checks import flag, refusal
from lamella.base.naming import given_name
from lamella.base.registry import config_entries
from lamella.base.settings import settings_changed
from lamella.base.types import Array, Config, Shape
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import Layer
from lamella.graph.program import Program
from lamella.graph.undo import undone_on_error
from lamella.graph.value import Value
from lamella.graph.variable_owner import checked_trainable
from lamella.layers.core.input_layer import InputLayer
from lamella.layers.lookup import deserialize, serialize
from lamella.layers.preprocessing.picture_layer import PictureLayer
from lamella.layers.preprocessing.rescaling import Rescaling


class Stack(Layer):
    """Base class of `Sequential`: what a stack of layers is, whoever trains it.

    Attributes:
        stacked: all layers, with the declaration of the input where there is one.
        infers_input: whether nobody declared the input, and the first batch did.
    """

    def __init__(
        self,
        layers: Iterable[Layer] | None = None,
        trainable: bool = True,
        name: str | None = None,
        seed: int | None = None,
    ) -> None:
        self._seed = checks.seed("Sequential", "seed", seed)
        self.stacked: list[Layer] = []
        self.infers_input = False
        super().__init__(trainable=trainable, name=name)
        self._of_weights: list[int] | None = None  # a stream, as _of_training
        if self._seed is not None:
            self._of_weights, self._of_training = seeding.streams(self._seed, 2)
        named: dict[str, Layer] = {}
        for layer in _listed(layers):
            self._append(layer, named)
        if not trainable:
            self.trainable = False
        self._build_if_known()

    def takes_pictures(self) -> bool:
        """Whether it is a stack of layers for pictures, which also takes a single one."""
        kinds = [isinstance(layer, PictureLayer) for layer in self.layers]
        return any(kinds) and all(
            is_one or isinstance(layer, Rescaling) for is_one, layer in zip(kinds, self.layers, strict=True)
        )

    # The stack.

    @property
    def layers(self) -> list[Any]:
        """The layers, without the declaration of the input."""
        return self.stacked[1:] if self._starts_with_input() else list(self.stacked)

    def add(self, layer: Layer, rebuild: bool = True) -> None:
        """Put a layer on top.

        Args:
            layer: the layer.
            rebuild: whether to build it at once where the shape of the input is known. Defaults to True.

        Raises:
            ValueError: for something that is not a layer, a name that is taken, or a second `Input`.

        >>> import lamella
        >>> model = lamella.Sequential([lamella.Input((4,))])
        >>> model.add(lamella.layers.Dense(3))
        >>> len(model.layers)
        1
        """
        rebuild = flag("add", "rebuild", rebuild)
        with undone_on_error(self):
            self._append(layer, {other.name: other for other in self.stacked})
            self._restructure(rebuild)

    def _append(self, layer: Layer, named: dict[str, Layer]) -> None:
        """Put a layer on top of those in `named`, and among them."""
        if not isinstance(layer, Layer):
            raise ValueError(
                f"Only layers can be added to a Sequential model. Received: {layer!r} of type "
                f"{type(layer).__name__}"
            )
        if not self.stacked and layer.input_shape_argument is not None:
            self.stacked.append(InputLayer(shape=layer.input_shape_argument))
            named[self.stacked[0].name] = self.stacked[0]
        if named.setdefault(layer.name, layer) is not layer:
            raise ValueError(
                f"Model '{self.name}' already has a layer named '{layer.name}': pass a unique 'name' to the "
                "layer"
            )
        if isinstance(layer, InputLayer) and self.stacked:
            raise ValueError(
                f"Model '{self.name}': an Input must be the first layer, and there can be only one"
            )
        self.stacked.append(layer)

    def pop(self, rebuild: bool = True) -> Layer:
        """Take the last layer off and return it.

        Raises:
            ValueError: when there is none.

        >>> import lamella
        >>> model = lamella.Sequential([lamella.layers.Dense(3, name="last")])
        >>> model.pop().name
        'last'
        """
        rebuild = flag("pop", "rebuild", rebuild)
        if not self.stacked:
            raise ValueError(f"Model '{self.name}' has no layer that pop() could take off")
        layer = self.stacked.pop()
        self._restructure(rebuild)
        return layer

    def _restructure(self, rebuild: bool) -> None:
        self.built = False
        settings_changed()
        if rebuild:
            self._build_if_known()

    def _starts_with_input(self) -> bool:
        return bool(self.stacked) and isinstance(self.stacked[0], InputLayer)

    @property
    def written_layers(self) -> list[Layer]:
        """The layers that a config names: with the declaration of the input, where the user made it."""
        return self.layers if self.infers_input else self.stacked

    def parts(self) -> Iterator[tuple[str, Layer]]:
        if self._starts_with_input():
            yield "input", self.stacked[0]
        for index, layer in enumerate(self.layers):
            yield f"layers.{index}", layer

    # Building.

    def build(self, input_shape: Any = None) -> None:
        """Create the variables of all layers.

        Args:
            input_shape: shape of the input, batch axis first, (None, 64); may be left out where there is an
                `Input`.

        Raises:
            ValueError: when there are no layers, the shape is not known, or it is not the one of the `Input`.

        >>> import lamella
        >>> model = lamella.Sequential([lamella.layers.Dense(3)])
        >>> model.build((None, 4))
        >>> [variable.shape for variable in model.weights]
        [(4, 3), (3,)]
        """
        with seeding.drawing_from(self._of_weights), undone_on_error(self):
            output = self._declared_as(self._shape_to_build(input_shape))
            for layer in self.layers:
                layer.build_under(self.path, output)
                output = layer.compute_output_shape(output)
            self.built = True

    def _shape_to_build(self, given: Any) -> Shape:
        declared = self._declared_shape()
        if given is None:
            given = declared
        if not self.layers:
            raise ValueError(f"Model '{self.name}' has no layers: call add(layer) before it is built")
        if given is None:
            raise ValueError(f"Model '{self.name}' has no Input: call build(input_shape) with a shape")
        if not isinstance(given, (list, tuple)):
            raise refusal(f"Model '{self.name}'", "input_shape", "a shape with its batch axis", given)
        if declared is not None and not _fits(tuple(given), declared):
            raise ValueError(
                f"Model '{self.name}' takes inputs of shape {declared} and cannot be built for {tuple(given)}"
            )
        return tuple(given)

    def _declared_as(self, shape: Shape) -> Shape:
        """Put an `Input` in front where there is none; returns the shape that is declared then."""
        if self._declared_shape() is None:
            self.stacked.insert(0, InputLayer(batch_shape=shape))
            self.infers_input = True
        self._input_shape = self._declared_shape()
        assert self._input_shape is not None
        return self._input_shape

    def _declared_shape(self) -> Shape | None:
        first = self.stacked[0] if self.stacked else None
        return first.batch_shape if isinstance(first, InputLayer) else None

    def _name_of(self, argument: str) -> str | None:
        """The name of the input or the last layer, where somebody gave it one."""
        if not self.stacked:
            return None
        layer = self.stacked[0 if argument == "x" else -1]
        is_end = argument != "x" or isinstance(layer, InputLayer)
        return given_name(type(layer).__name__, layer.name) if is_end else None

    def _build_if_known(self) -> None:
        if not self.layers:
            return
        first = self.stacked[0]
        if isinstance(first, InputLayer):
            self.build()
        elif isinstance(first, Stack) and first.built:
            self.build(first.input_shape)
            self.infers_input = first.infers_input

    def prepare_inputs(self, x: Array) -> Array:
        """Build the model if it is not; check inputs, an axis of length 1 too many or too few put right."""
        if not self.built:
            with undone_on_error(self):
                self.build_under("", self._declared_shape() or (None, *x.shape[1:]))
                self.program_for(x.shape[1:])
        expected = self.input_shape
        if x.shape[1:] == expected[1:]:
            return x
        if x.ndim == len(expected) - 1 and expected[-1] == 1:
            x = x[..., None]
        elif x.ndim == len(expected) + 1 and x.shape[-1] == 1:
            x = x[..., 0]
        if not self.infers_input and not _fits((None, *x.shape[1:]), (None, *expected[1:])):
            raise ValueError(f"{self._takes()}. Received: shape {x.shape}, dtype {x.dtype}")
        return x

    def _takes(self) -> str:
        first = self.layers[0].name
        return f"Model '{self.name}' (first layer '{first}') takes inputs of shape {self.input_shape}"

    def flattened(self, feature_shape: tuple[int, ...]) -> Program:
        """The model flattened for inputs of this shape: any that its weights fit where none was declared."""
        try:
            return super().flattened(feature_shape)
        except ValueError as error:
            if not self.infers_input or feature_shape == self.input_shape[1:]:
                raise
            received = (None, *feature_shape)
            raise ValueError(f"{self._takes()}. Received: shape {received}, where {error}") from error

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        output = tuple(input_shape)
        for layer in self.layers:
            output = layer.compute_output_shape(output)
        return output

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        for layer in self.layers:
            values = builder.emit(layer, values)
        return values

    # What follows from the layers.

    @property
    def seed(self) -> int | None:
        """What weights, dropout and the order of rows follow from, None for the seed of the process."""
        return self._seed

    @property
    def dtype(self) -> str:
        """The numeric type of the layers."""
        return self.layers[0].dtype if self.layers else self._dtype

    @dtype.setter
    def dtype(self, value: str) -> None:
        if self.stacked:
            raise ValueError(f"Model '{self.name}': 'dtype' is that of its layers, which cannot be changed")
        self._dtype = value

    @property
    def trainable(self) -> bool:
        """Whether optimizers may change its variables; setting it sets it on all layers."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = checked_trainable(type(self), value)
        for layer in self.stacked:
            layer.trainable = value
        settings_changed()

    # Configs.

    def get_config(self) -> Config:
        """Name and layers, as Keras writes them: `from_config` makes the same model with new weights."""
        config = super().get_config()
        if self.seed is not None:
            config["seed"] = self.seed
        config["layers"] = [serialize(layer) for layer in self.written_layers]
        if self.built:
            config["build_input_shape"] = list(self.input_shape)
        return config

    @classmethod
    def from_config(cls, config: Config, custom_objects: dict[str, Any] | None = None) -> Self:
        """Make a model from `get_config`'s dictionary or Keras's.

        Args:
            config: the dictionary.
            custom_objects: classes of your own that it names, by their names.

        Raises:
            ValueError: for a layer that is not known or an entry that is not supported.

        >>> import lamella
        >>> model = lamella.Sequential([lamella.Input((4,)), lamella.layers.Dense(3)])
        >>> lamella.Sequential.from_config(model.get_config()).count_params()
        15
        """
        entries = config_entries(cls, config)
        if not isinstance(entries.get("layers"), list):
            raise ValueError(
                "The config of a Sequential model needs a list under the key 'layers'. Received keys: "
                f"{list(entries)}"
            )
        seed = entries.get("seed")
        written = entries["layers"] if seed is None else _unbuilt(entries["layers"])
        layers = [deserialize(layer, custom_objects) for layer in written]
        model = cls(layers, name=config.get("name"), **seeded(seed))
        model._trainable = checked_trainable(cls, config.get("trainable", True))
        if not model.built and config.get("build_input_shape"):
            model.build(config["build_input_shape"])
        return model


def seeded(seed: Any) -> dict[str, Any]:
    """The argument of a constructor, which one of the user's may not have."""
    return {} if seed is None else {"seed": seed}


def _unbuilt(entry: Any) -> Any:
    """Configs of layers by which models among them wait to be built, in its order, by the one around them."""
    if isinstance(entry, dict):
        return {key: _unbuilt(value) for key, value in entry.items() if key != "build_input_shape"}
    return [_unbuilt(part) for part in entry] if isinstance(entry, list) else entry


def _fits(shape: Shape, declared: Shape) -> bool:
    """Whether a shape is one of those a declaration with None stands for."""
    if len(shape) != len(declared):
        return False
    return all(axis == want or want is None for axis, want in zip(shape[1:], declared[1:], strict=True))


def _listed(layers: Any) -> Iterable[Any]:
    """Layers, one by one; an iterator may be used up only once."""
    if layers is None:
        return ()
    if isinstance(layers, (str, bytes)) or not hasattr(layers, "__iter__") or isinstance(layers, type):
        raise refusal("Sequential", "layers", "a list of layers", layers)
    found: Iterable[Any] = layers
    return found
