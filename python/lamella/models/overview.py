"""What is shown of a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lamella.base import checks
from lamella.models.persistence import Persistence
from lamella.models.summary import html_summary, print_summary


class Overview(Persistence):
    """The part of `Model` that shows it and finds its layers."""

    def __repr__(self) -> str:
        layers = f"{len(self.layers)} layer{'' if len(self.layers) == 1 else 's'}"
        size = f"{self.count_params():,} parameters" if self.built else "not built"
        return f"<{type(self).__name__} '{self.name}': {layers}, {size}>"

    def _repr_html_(self) -> str:
        """The summary as a table, which notebooks show."""
        return html_summary(self)

    def get_layer(self, name: str | None = None, index: int | None = None) -> Any:
        """Find a layer by its name or by its place.

        Raises:
            ValueError: when there is no such layer, or not exactly one of the two is given.

        >>> import lamella
        >>> model = lamella.Sequential([lamella.Input((2,)), lamella.layers.Dense(3, name="out")])
        >>> model.get_layer("out").units, model.get_layer(index=0).name
        (3, 'out')
        """
        if (name is None) == (index is None):
            raise ValueError("get_layer takes either a 'name' or an 'index'")
        if index is not None:
            index = checks.integer("get_layer", "index", index)
            if not -len(self.layers) <= index < len(self.layers):
                raise ValueError(
                    f"Model '{self.name}' has {len(self.layers)} layers and none at index {index}"
                )
            return self.layers[index]
        name = checks.text("get_layer", "name", name)
        for layer in self.layers:
            if layer.name == name:
                return layer
        names = [layer.name for layer in self.layers]
        raise ValueError(f"Model '{self.name}' has no layer '{name}'. Its layers: {', '.join(names)}")

    def summary(
        self,
        line_length: int | None = None,
        positions: list[float] | None = None,
        print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: tuple[str, str] | list[str] | None = None,
        batch_size: int | None = None,
    ) -> None:
        """Print the layers, their shapes and how many numbers they hold.

        Args:
            line_length: width of the table; 88, or less where the terminal is narrow.
            positions: where columns end, as shares of the width.
            print_fn: called with each line; `print` by default.
            expand_nested: whether to list the layers of models in the model. Defaults to False.
            show_trainable: whether to show which layers are trained. Defaults to False.
            layer_range: two patterns of names: the first and the last layer to show.
            batch_size: when given, also print the floating-point operations of a step of so many rows and
                the memory it keeps, exact to the byte; the memory needs a compiled model.

        Raises:
            ValueError: when `layer_range` matches no layer or the table gets too narrow; with `batch_size`,
                when the model is not built.

        >>> import lamella
        >>> model = lamella.Sequential([lamella.Input((2,)), lamella.layers.Dense(3)], name="small")
        >>> lines = []
        >>> model.summary(print_fn=lines.append)
        >>> lines[-3]
        ' Total params: 9 (36.00 B)'
        """
        look = (line_length, positions, print_fn, expand_nested, show_trainable, layer_range)
        print_summary(self, self._compiled, *look, batch_size)
